export interface Table {
  readonly table: string;
  readonly columns: readonly string[];
}

const NO_COLUMN = new Set(['primary', 'unique', 'foreign', 'check', 'constraint', 'exclude', 'like']);

/** The tables that SQL makes and the columns it gives them, read from the text alone. */
export function tablesOf(text: string): Table[] {
  const sql = text.replaceAll(/--.*$/gm, '').replaceAll(/'(?:[^']|'')*'/g, "''");
  const tables = [...sql.matchAll(/create table (?:if not exists )?(\w+)\s*\(/g)]
    // A partition has the columns of its parent.
    .map((match) => ({ table: match[1] ?? '', body: parenthesised(sql, match.index + match[0].length) }))
    .map(({ table, body }) => ({ table, columns: columnsOf(body) }));
  const added = [...sql.matchAll(/alter table (\w+)\s+add column (?:if not exists )?(\w+)/g)].map(
    ([, table = '', column = '']) => ({ table, columns: [column] }),
  );
  return [...tables, ...added];
}

/** The text from `start` to the parenthesis that closes the one before it. */
function parenthesised(text: string, start: number): string {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(start, at);
  }
  throw new Error('a parenthesis is not closed');
}

function columnsOf(body: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const letter of body) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts
    .map((part) => part.trim().split(/\s+/)[0] ?? '')
    .filter((word) => word !== '' && !NO_COLUMN.has(word));
}
