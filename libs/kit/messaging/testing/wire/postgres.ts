import type { Protocol } from './protocol';

/**
 * PostgreSQL's: a question is named when it is about to be executed, its answer when it is complete. Questions may travel together, up to a
 * Sync, and after a failure those before it have no answer.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export const postgres: Protocol = {
  lengthOf(bytes, sender, isFirst) {
    // The first thing a client says has no letter before its length.
    const letters = sender === 'client' && isFirst ? 0 : 1;
    return bytes.length < letters + 4 ? undefined : letters + bytes.readUInt32BE(letters);
  },

  follow() {
    const prepared = new Map<string, string>();
    const unanswered: (string | typeof sync)[] = [];
    let written = '';
    const ask = (statement: string): string => {
      if (statement === 'BEGIN') written = '';
      const name = statement === 'COMMIT' ? `COMMIT of ${written}` : statement;
      if (isWrite(statement)) written = statement;
      unanswered.push(name);
      return name;
    };
    const answer = (letter: string): string | undefined => {
      if (letter === 'C' && unanswered.includes(sync)) return unanswered.shift() as string;
      if (letter !== 'Z') return undefined;
      const [asked] = unanswered.splice(0, 1 + Math.max(0, unanswered.indexOf(sync)));
      return asked === sync ? undefined : asked;
    };
    return (sender, frame) => {
      const letter = String.fromCharCode(frame[0] ?? 0);
      if (sender === 'server') return answer(letter);
      const [first = '', second = ''] = frame.subarray(5).toString('latin1').split('\0', 2);
      if (letter === 'P') prepared.set(first, gist(second));
      if (letter === 'S') unanswered.push(sync);
      if (letter === 'Q') return ask(gist(first));
      return letter === 'B' ? ask(prepared.get(second) ?? 'a statement') : undefined;
    };
  },
};

/** After it everything asked before has been answered, or will not be. */
const sync = Symbol('Sync');

/** `insert into inbox`, `select from outbox`, `COMMIT`: what a statement does to which tables. */
function gist(sql: string): string {
  const writes = sql.matchAll(/\b(insert into|update|delete from) (?!set\b|skip\b)(?:"?\w+"?\.)?"?(\w+)/g);
  const changes = new Set([...writes].map(([, verb, table]) => `${verb} ${table}`));
  if (changes.size > 0) return [...changes].join(', ');
  const table = /\bfrom (\w+)/.exec(sql)?.[1];
  return table ? `select from ${table}` : sql.trim().split(/\s+/, 2).join(' ').toUpperCase();
}

function isWrite(statement: string): boolean {
  return /^(insert|update|delete)/.test(statement);
}
