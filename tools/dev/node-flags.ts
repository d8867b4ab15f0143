/**
 * How Node runs our programs. Most objects live for one transaction, so a larger nursery than Node's 16 MB halves the work of the
 * garbage collector. As in package.json and the Dockerfile.
 */
export const nodeFlags = ['--enable-source-maps', '--max-semi-space-size=64'] as const;
