/**
 * Waits for the promise, but no longer than `ms` milliseconds.
 *
 * @throws what `late` returns when the time is over. The promise is not cancelled, and its outcome is ignored then.
 */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
