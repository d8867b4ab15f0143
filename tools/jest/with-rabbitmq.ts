const supply = process.env.THALI_TEST_RABBITMQ_SUPPLY;

/** `describe`, for suites that use the broker of the run: skipped where there can be none. */
export const describeWithRabbitMq = supply === 'none' ? describe.skip : describe;

/** `describe`, for suites that stop and kill a broker of their own: skipped where RabbitMQ is not installed. */
export const describeWithOwnRabbitMq = supply === 'installed' ? describe : describe.skip;

/**
 * The URL of the broker that all suites of the run share. What a suite declares there has a name of its own, and nobody stops it.
 *
 * @throws {Error} when it does not start.
 */
export async function urlOfSharedRabbitMq(): Promise<string> {
  const answer = await fetch(process.env.THALI_TEST_RABBITMQ ?? '');
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
