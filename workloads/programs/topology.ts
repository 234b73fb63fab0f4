/** Who is whose neighbour when messages are broadcast: Maelstrom's topologies, by its names. */

export const TOPOLOGIES = ['grid', 'line', 'total', 'tree2', 'tree3', 'tree4'] as const;

/** The neighbours of every node; symmetric. An unknown name is a grid. */
export function topologyOf(name: string, nodes: readonly string[]): Record<string, string[]> {
  const isNear = neighbourhood(name, nodes.length);
  return Object.fromEntries(
    nodes.map((node, at) => [node, nodes.filter((_, other) => other !== at && isNear(at, other))]),
  );
}

function neighbourhood(name: string, size: number): (a: number, b: number) => boolean {
  if (name === 'total') return () => true;
  if (name === 'line') return (a, b) => Math.abs(a - b) === 1;
  const branches = Number(/^tree(\d)$/.exec(name)?.[1] ?? 0);
  if (branches > 0) return (a, b) => isParent(a, b, branches) || isParent(b, a, branches);
  const side = Math.ceil(Math.sqrt(size));
  return (a, b) => {
    const rows = Math.abs(Math.floor(a / side) - Math.floor(b / side));
    return rows + Math.abs((a % side) - (b % side)) === 1;
  };
}

/** Of a tree that is filled level by level. */
function isParent(parent: number, child: number, branches: number): boolean {
  return child > 0 && Math.floor((child - 1) / branches) === parent;
}
