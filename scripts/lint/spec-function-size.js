// A lint rule for specs: a test has at most 100 lines, any other function at most 70; blank lines and comments are not
// counted. A suite, which is a callback of `describe` or a function named `describe…`, only groups tests and has no limit.

const most = { test: 100, function: 70 };

const nameOf = (node) => {
  if (node?.type === 'Identifier') return node.name;
  if (node?.type === 'MemberExpression') return nameOf(node.object);
  if (node?.type === 'CallExpression') return nameOf(node.callee);
  return node?.type === 'TaggedTemplateExpression' ? nameOf(node.tag) : '';
};

const kindOf = (node) => {
  const call = node.parent.type === 'CallExpression' && node.parent.arguments.includes(node);
  const name = call ? nameOf(node.parent.callee) : (node.id?.name ?? nameOf(node.parent.id));
  if (name.startsWith('describe')) return 'suite';
  return call && /^(test|it)$/.test(name) ? 'test' : 'function';
};

/** @type {import('eslint').Rule.RuleModule} */
export default {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { long: 'This {{kind}} has {{lines}} lines, of at most {{most}}.' },
  },
  create(context) {
    const { sourceCode } = context;
    const comments = new Set();
    for (const { loc } of sourceCode.getAllComments())
      for (let line = loc.start.line; line <= loc.end.line; line += 1)
        if (/^\s*(\/\/|\/?\*)/.test(sourceCode.lines[line - 1])) comments.add(line);

    return {
      ':function'(node) {
        const kind = kindOf(node);
        if (kind === 'suite') return;
        let lines = 0;
        for (let line = node.loc.start.line; line <= node.loc.end.line; line += 1)
          if (!comments.has(line) && sourceCode.lines[line - 1].trim() !== '') lines += 1;
        if (lines > most[kind])
          context.report({ node, messageId: 'long', data: { kind, lines, most: most[kind] } });
      },
    };
  },
};
