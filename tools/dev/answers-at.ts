import { connect } from 'amqplib';

const withinMs = 2_000;

/** Whether a broker lets us in. @param url `amqp://user:password@host:port`. */
export async function answersAt(url: string): Promise<boolean> {
  try {
    const connection = await connect(url, { timeout: withinMs });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
