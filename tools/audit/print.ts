import type { Finding } from './audit';

const mark = { valid: 'ok     ', invalid: 'BROKEN ', unknown: 'unknown' };

/** One line per invariant, and below a broken one what shows it. */
export function printFindings(findings: readonly Finding[]): string {
  return findings.map(printFinding).join('\n');
}

function printFinding({ id, verdict, checked, violations, sentence, evidence }: Finding): string {
  const line = `${mark[verdict]} ${id.padEnd(3)} ${String(checked).padStart(8)}  ${sentence}`;
  const more = violations - evidence.length;
  return [
    line,
    ...evidence.map((facts) => `          ${JSON.stringify(facts)}`),
    ...(more > 0 ? [`          and ${more} more`] : []),
  ].join('\n');
}

/** The one line that matters. */
export function summarise(findings: readonly Finding[]): string {
  const of = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length;
  const violations = findings.reduce((sum, finding) => sum + finding.violations, 0);
  return `${violations} violations: ${of('valid')} invariants hold, ${of('invalid')} are broken, ${of('unknown')} unknown`;
}
