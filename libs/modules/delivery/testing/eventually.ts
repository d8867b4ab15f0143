/** Asks again until there is an answer. What never comes ends with the test's own time limit. */
export async function eventually<Answer>(ask: () => Promise<Answer | undefined | false>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
