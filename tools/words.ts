/** Retired words of the kit, each with the field's term that is used instead: names in code, and words that a comment can do without. */
const retired: Readonly<Record<string, string>> = {
  'letterbox(?:es)?': 'co-located inbox',
  remind: 'schedule',
  'work(?:s|ed|ing)? ?off': 'drain',
  brokenOff: 'interrupted',
  takeOver: 'acceptPushed',
  takenBack: 'onCompensated',
  'taken ?effect': 'already handled',
  'under ?way': 'in flight',
  AtOnce: 'inline dispatch',
  aftermath: 'isTransactionAborted',
  standInTheWay: 'tombstone',
  undertaker: 'reaper',
  lifeline: 'reconnecting connection',
  'bearable(?:Lag(?:Ms)?)?': 'maxLagMs',
  beginsWork: 'sheddable',
  spoiled: 'failed units',
  'culprits?': 'failed units',
  'reword(?:s|ed|ing)?': 'override',
  'wordings?': 'SQL text',
  newStory: 'newContext',
  holdChanges: 'deferWritesUntil',
  strays: 'default partition',
  whoever: 'the class that acts',
  somebody: 'the class that acts',
};

const places = /^libs\/kit\/(?!.*(\/test\/|\/testing\/|\.spec\.ts$)).*\.ts$/;
const words = Object.entries(retired).map(([word, now]) => ({ pattern: new RegExp(`\\b${word}\\b`, 'i'), now }));

/** Where a retired word has come back, each in a sentence. @param file its path from the root, with slashes. */
export function findRetiredWords(file: string, source: string): string[] {
  if (!places.test(file)) return [];
  return source.split('\n').flatMap((line, at) =>
    words.flatMap(({ pattern, now }) => {
      const found = pattern.exec(line);
      return found ? [`${file}:${at + 1} says "${found[0]}"; the word is "${now}"`] : [];
    }),
  );
}
