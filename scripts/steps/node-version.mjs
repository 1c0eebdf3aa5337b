/** Says in one line which Node is needed, before anything newer than the running one is parsed. */
export function checkNodeVersion(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 11)) return;
  console.error(`Pressplay needs Node 20.11 or newer; this is Node ${version}.`);
  process.exit(1);
}
