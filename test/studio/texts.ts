import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';

/** A text in a source file of the page. */
export interface Found {
  readonly text: string;
  readonly line: number;
}

/** Texts of a source file, by use. */
export interface Texts {
  /** Given to `t`, `said`, `counted` or `rich`: keys of translations. */
  readonly keys: readonly Found[];
  /** Texts with a number of things: singular and plural. */
  readonly counted: readonly { readonly one: string; readonly other: string }[];
  /** Texts of errors, translated by `translated`, with the values that they hold. */
  readonly errors: readonly Found[];
  /** Shown to people as they are: faults. */
  readonly outside: readonly Found[];
  /** Calls that cannot work: of a text that is put together, or where the language is not known yet. */
  readonly wrong: readonly Found[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const childrenOf = (node: Node) =>
  Object.entries(node)
    .filter(([key]) => key !== 'parent')
    .flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value])
        .filter(isNode)
        .map((child) => ({ key, child }) as const),
    );

/** The text of a literal; placeholders stand for the values of a template. */
function textOf(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'JSXText') return (node.value as string).replace(/\s+/g, ' ').trim();
  if (node.type !== 'TemplateLiteral') return undefined;
  const quasis = node.quasis as readonly { value: { cooked: string } }[];
  return quasis.map(({ value }) => value.cooked).join('{}');
}

/** Attributes that people see or hear. */
const shownAttributes =
  /^(aria-(label|description|valuetext|roledescription|placeholder)|title|alt|placeholder|label|hint|unit)$/;

/** Attributes whose text is for the browser, however it reads. */
const isForBrowser = (name: string) => !shownAttributes.test(name);

const hasWord = (text: string) => /\p{L}{2,}/u.test(text);

/** Reads like words for people: a sentence, or a word with a capital. */
const isForPeople = (text: string) =>
  /^\p{Lu}\p{Ll}+([ :,.…?!]|$)/u.test(text) || /\p{L}{2,}[,:;]? (\p{L}|\{\})+/u.test(text);

const translators = new Set(['t', 'said', 'counted', 'rich']);

function calleeOf(node: Node): string | undefined {
  const callee = node.callee as Node | undefined;
  return callee?.type === 'Identifier' ? (callee.name as string) : undefined;
}

const isFunction = ({ type }: Node) =>
  type === 'FunctionDeclaration' ||
  type === 'FunctionExpression' ||
  type === 'ArrowFunctionExpression';

const methodOf = ({ callee }: Node): string => {
  const { property } = callee as { readonly property?: Node };
  return String(property?.name);
};

/** Functions whose texts are names for the browser. */
const takesNames = new Set([
  'matchMedia',
  'matches',
  'closest',
  'querySelector',
  'querySelectorAll',
  'includes',
]);

/** Places where a literal is a name for code: never shown. */
function isCode(parent: Node, key: string): boolean {
  const { type } = parent;
  if (type === 'CallExpression' && takesNames.has(calleeOf(parent) ?? methodOf(parent)))
    return true;
  if (/^(Import|Export(All|Named))/.test(type) && key === 'source') return true;
  if (type === 'TSLiteralType' || type === 'TSEnumMember' || type === 'ImportExpression')
    return true;
  if (type === 'SwitchCase' && key === 'test') return true;
  if (type === 'BinaryExpression' && /^([!=]==?|in)$/.test(parent.operator as string)) return true;
  if (type === 'MemberExpression' && key === 'property') return true;
  if ((type === 'Property' || type === 'PropertyDefinition') && key === 'key') return true;
  return type === 'ExpressionStatement' && 'directive' in parent;
}

type Place = 'code' | 'shown' | 'plain' | 'error';

/** The paths of the scripts under a folder, with slashes. */
export const scriptsUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort();

/** A text with its placeholders bare, as templates have them. */
export const bare = (text: string): string => text.replace(/\{\w+\}/g, '{}');

/** All literals of a source file, placeholders bare. */
export function literalsOf(path: string): string[] {
  const found: string[] = [];
  const walk = (node: Node): void => {
    const text = textOf(node);
    if (text !== undefined) found.push(bare(text));
    for (const { child } of childrenOf(node)) walk(child);
  };
  walk(parseSync(path, readFileSync(path, 'utf8')).program as unknown as Node);
  return found;
}

/** The texts of a source file of the page. */
export function textsOf(path: string): Texts {
  const source = readFileSync(path, 'utf8');
  const { program } = parseSync(path, source);
  const found = {
    keys: [] as Found[],
    counted: [] as { one: string; other: string }[],
    errors: [] as Found[],
    outside: [] as Found[],
    wrong: [] as Found[],
  };
  const at = (node: Node, text: string): Found => ({
    text,
    line: source.slice(0, node.start).split('\n').length,
  });

  /** Takes the keys of a call of a translator: a literal, or a choice between such. */
  const takeKeys = (node: Node) => {
    if (node.type === 'ConditionalExpression') {
      takeKeys(node.consequent as Node);
      takeKeys(node.alternate as Node);
      return;
    }
    const text = textOf(node);
    if (text === undefined) return;
    if (node.type === 'TemplateLiteral' && text.includes('{}')) found.wrong.push(at(node, text));
    else found.keys.push(at(node, text));
  };
  const takeCounted = (node: Node) => {
    const forms: Record<string, string> = {};
    for (const property of (node.properties ?? []) as Node[]) {
      forms[(property.key as Node).name as string] = textOf(property.value as Node) ?? '';
    }
    const { one, other } = forms;
    if (one === undefined || other === undefined) found.wrong.push(at(node, 'counted'));
    else {
      found.counted.push({ one, other });
      found.keys.push(at(node, other));
    }
  };
  const takeCall = (node: Node, callee: string, inFunction: boolean) => {
    const [first, second, ...others] = node.arguments as readonly Node[];
    if (callee !== 'said' && !inFunction) found.wrong.push(at(node, callee));
    const rest = callee === 'counted' ? [first, ...others] : [second];
    if (callee === 'counted') takeCounted(second!);
    else takeKeys(first!);
    if (first && callee !== 'counted' && textOf(first) === undefined)
      walk(first, 'code', inFunction);
    for (const each of rest) if (each) walk(each, 'plain', inFunction);
  };

  const walk = (node: Node, place: Place, inFunction: boolean): void => {
    const text = textOf(node);
    if (text !== undefined) {
      if (place === 'error') found.errors.push(at(node, text));
      else if (place === 'shown' && hasWord(text)) found.outside.push(at(node, text));
      else if (place === 'plain' && isForPeople(text)) found.outside.push(at(node, text));
    }
    const callee = node.type === 'CallExpression' ? calleeOf(node) : undefined;
    if (callee !== undefined && translators.has(callee)) {
      takeCall(node, callee, inFunction);
      return;
    }
    for (const { key, child } of childrenOf(node)) {
      walk(child, placeOf(node, key, child, place), inFunction || isFunction(node));
    }
  };
  walk(program as unknown as Node, 'plain', false);
  return found;
}

/** Finds where a child stands, by its parent and the parent's own place. */
function placeOf(node: Node, key: string, child: Node, place: Place): Place {
  if (isCode(node, key)) return 'code';
  const { type } = node;
  if (type === 'JSXElement' || type === 'JSXFragment')
    return key === 'children' ? 'shown' : 'plain';
  if (type === 'JSXAttribute') {
    const { name } = node.name as { name: unknown };
    return isForBrowser(String(name)) ? attributePlace(child) : 'shown';
  }
  if (type === 'NewExpression') return /Error$/.test(calleeOf(node) ?? '') ? 'error' : 'plain';
  const passes =
    type === 'JSXExpressionContainer' ||
    type === 'ParenthesizedExpression' ||
    (type === 'ConditionalExpression' && key !== 'test') ||
    (type === 'LogicalExpression' && (key === 'right' || node.operator === '??')) ||
    type === 'TSAsExpression' ||
    type === 'TSSatisfiesExpression';
  return passes ? place : 'plain';
}

/** A text of an attribute is for the browser, but a function or an object can hold texts for people. */
const attributePlace = (child: Node): Place =>
  child.type === 'JSXExpressionContainer' && !textOf(child.expression as Node) ? 'plain' : 'code';
