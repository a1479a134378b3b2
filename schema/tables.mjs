/** Values that a JSON schema lets through, in a few words. */
function kindOf(schema, defs) {
  if (schema.$ref) return `[${schema.$ref.split('/').at(-1)}](#${anchor(schema.$ref)})`;
  if (schema.allOf) return schema.allOf.map((each) => kindOf(each, defs)).join(' and ');
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if ('const' in schema) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.anyOf ?? schema.oneOf) {
    return (schema.anyOf ?? schema.oneOf).map((each) => kindOf(each, defs)).join(', or ');
  }
  if (schema.prefixItems)
    return `[${schema.prefixItems.map((each) => kindOf(each, defs)).join(', ')}]`;
  if (schema.type === 'array') return `list of ${kindOf(schema.items ?? {}, defs)}`;
  if (typeof schema.additionalProperties === 'object') {
    return `by name: ${kindOf(schema.additionalProperties, defs)}`;
  }
  if (schema.type === 'object') {
    return `{ ${Object.entries(schema.properties ?? {})
      .map(([key, value]) => `${key}: ${kindOf(value, defs)}`)
      .join('; ')} }`;
  }
  return `${schema.type === 'integer' ? 'whole number' : (schema.type ?? 'anything')}${bounds(schema)}`;
}

const anchor = (ref) => `kinds-of-${ref.split('/').at(-1).toLowerCase()}`;

function bounds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }) {
  const parts = [
    minimum === undefined ? '' : ` from ${minimum}`,
    exclusiveMinimum === undefined ? '' : ` over ${exclusiveMinimum}`,
    maximum === undefined ? '' : ` to ${maximum}`,
    exclusiveMaximum === undefined ? '' : ` under ${exclusiveMaximum}`,
  ];
  return parts.join('');
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/**
 * @param described the options of the config by path, which say more than the schema
 * @param section the path of the table's object
 */
function rows(schema, defs, described, section, prefix = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    if (key === 'type' || key === '$schema') return [];
    const name = `${prefix}${key}`;
    const { description, flag, usually } = described[`${section}${name}`] ?? {};
    const inner =
      value.type === 'object' && value.properties
        ? rows(value, defs, described, section, `${name}.`)
        : [];
    const needed = schema.required?.includes(key) ? 'needed' : '';
    const standard = value.default === undefined ? needed : `\`${JSON.stringify(value.default)}\``;
    const kind = inner.length > 0 ? 'object' : kindOf(value, defs);
    const says = description || (value.description ?? '');
    const typed = flag ? ` \`${flag.flag.split(' ')[0]}\`` : '';
    return [
      `| \`${name}\` | ${cell(kind)} | ${cell(usually ?? standard)} | ${cell(`${says}${typed}`)} |`,
      ...inner,
    ];
  });
}

const head = ['| option | value | when left out | what it is |', '| --- | --- | --- | --- |'];

function table(schema, defs, described = {}, section = '') {
  const lines = rows(schema, defs, described, section);
  return lines.length > 0 ? `${[...head, ...lines].join('\n')}\n` : 'It has no options.\n';
}

const code = (text) => `\`${text}\``;

/** Options that a resumed run may have others of, and those that may change while training runs. */
function changeable(described) {
  const names = (has) =>
    Object.values(described)
      .filter(has)
      .map(({ path }) => code(path.replace(/^(model|training)\./, '').replace('.initial', '')));
  return [
    `A resumed run may have others of these: ${names(({ resumable }) => resumable).join(', ')}.`,
    `These may change while training runs: ${names(({ live }) => live).join(', ')}.`,
  ].join(' ');
}

/** The objects of a union that are told apart by `type`. */
const members = (schema) =>
  (schema.oneOf ?? schema.anyOf ?? []).flatMap((each) =>
    each.properties?.type ? [each] : each.oneOf || each.anyOf ? members(each) : [],
  );

const typeOf = ({ properties: { type } }) => type.const;

/**
 * The tables of every option that a JSON schema knows, as Markdown.
 * @param options what else is known of those of the config
 */
export function optionTables(schema, options) {
  const described = Object.fromEntries(options.map((each) => [each.path, each]));
  const { $defs } = schema;
  const part = (key) => schema.properties[key];
  const plain = (name) => {
    const others = ($defs[name].anyOf ?? []).filter((each) => !each.oneOf);
    const text = others.length > 0 ? others.map((each) => kindOf(each, $defs)).join(', or ') : '';
    return text && members($defs[name]).length > 0 ? `Or ${text}.\n` : text && `${text}.\n`;
  };
  const defs = Object.keys($defs).map((name) => {
    const each = $defs[name];
    const kinds = members(each).map((member) => {
      const about = member.description ? `: ${member.description}` : '';
      return `#### \`${typeOf(member)}\`\n\n${about.slice(2)}\n\n${table(member, $defs)}`;
    });
    const values = kinds.length === 0 ? kindOf({ ...each, $ref: undefined }, $defs) : '';
    return [
      `### Kinds of ${name}`,
      each.description ?? '',
      values && `${values}.`,
      kinds.length ? plain(name).trim() : '',
      ...kinds,
    ]
      .filter((text) => text !== '')
      .join('\n\n');
  });
  const top = { ...schema, properties: { ...schema.properties } };
  for (const key of ['model', 'training']) delete top.properties[key];
  return [
    '### The file',
    table(top, $defs, described).trim(),
    '### `model`',
    table(part('model'), $defs, described, 'model.').trim(),
    '### `training`',
    table(part('training'), $defs, described, 'training.').trim(),
    changeable(described),
    ...defs.map((text) => text.replace(/\n{3,}/g, '\n\n').trim()),
    '',
  ].join('\n\n');
}
