/** What the build tools run on. Says in one line which Node is needed, before anything newer than the running one is parsed. */
export function checkNodeVersion(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22) return;
  console.error(`Pressplay needs Node 20.19 or newer, or 22.12 or newer; this is Node ${version}.`);
  process.exit(1);
}
