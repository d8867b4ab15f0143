export interface Point {
  readonly x: number;
  readonly y: number;
}

/** By how much y grows with x, by least squares. */
export function slopeOf(points: readonly Point[]): number {
  const mean = (read: (point: Point) => number) => points.reduce((sum, point) => sum + read(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const along = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0);
  return along / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
}
