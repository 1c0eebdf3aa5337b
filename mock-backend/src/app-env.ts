/** What routes find in hono's context. */
export interface Env {
  Bindings: { readonly clientAddress: string };
  Variables: { requestId: string; errorCode?: string; isPrefetch?: boolean };
}
