// What the page makes of Discord's markdown. Run with `node --test`.

import assert from 'node:assert/strict';
import test from 'node:test';
import { parse, plain } from '../../page/blocks.js';

/** short writes a tree so that a line of a table can hold it. */
function short(nodes) {
  return nodes.map((n) => {
    switch (n.type) {
      case 'text': return n.text;
      case 'code': return `code(${n.text})`;
      case 'block': return `block:${n.language}(${n.text})`;
      case 'link': return `link:${n.href}(${short(n.children)})`;
      case 'list': return `${n.ordered ? `ol${n.start}` : 'ul'}(${n.items.map((i) => short(i.children)).join('; ')})`;
      case 'heading': return `h${n.level}(${short(n.children)})`;
      case 'user': case 'role': case 'channel': return `${n.type}(${n.id})`;
      case 'time': return `time(${n.at} ${n.style})`;
      case 'emoji': case 'command': return `${n.type}(${n.name})`;
      case 'everyone': return `everyone(${n.text})`;
    }
    return `${n.type}(${short(n.children)})`;
  }).join('');
}

const cases = {
  'no marks': ['one two', 'one two'],
  bold: ['a **b** c', 'a bold(b) c'],
  'two bolds': ['**a** and **b**', 'bold(a) and bold(b)'],
  italics: ['*a* _b_', 'italic(a) italic(b)'],
  'bold in italics': ['*a **b***', 'italic(a bold(b))'],
  'italics in bold': ['**a *b***', 'bold(a italic(b))'],
  'both at once': ['***a***', 'bold(italic(a))'],
  'underlined, struck, hidden': ['__a__ ~~b~~ ||c||', 'underline(a) strike(b) spoiler(c)'],
  'two spoilers side by side': ['||a||||b||', 'spoiler(a)spoiler(b)'],
  'underlined italics': ['___a___', 'underline(italic(a))'],
  'names keep their underscores': ['snake_case_name and a_b', 'snake_case_name and a_b'],
  'a product is no italics': ['2 * 3 * 4', '2 * 3 * 4'],
  'a later star may open': ['*a *b*', '*a italic(b)'],
  'marks that are not closed': ['**a *b ~~c', '**a *b ~~c'],
  'what is closed around what is not': ['**a *b** c', 'bold(a *b) c'],
  'bold over lines': ['**a\nb**', 'bold(a\nb)'],
  'only marks': ['****', '****'],
  'code keeps marks': ['`**a**` b', 'code(**a**) b'],
  'code of two backticks': ['``a`b``', 'code(a`b)'],
  'code that is not closed': ['`a ``b', '`a ``b'],
  escapes: ['\\*a\\* \\`b\\` \\a \\\\', '*a* `b` \\a \\'],
  mentions: ['<@12> <@!13> <@&14> <#15>', 'user(12) user(13) role(14) channel(15)'],
  times: ['<t:1700000000:R> <t:5>', 'time(1700000000000 R) time(5000 f)'],
  emoji: ['<:ok:123> <a:go:456>', 'emoji(ok) emoji(go)'],
  'commands and everyone': ['</cloud-deploy:1> @everyone', 'command(cloud-deploy) everyone(@everyone)'],
  'not quite a mention': ['<@x> <t:> <', '<@x> <t:> <'],
  links: ['[a **b**](https://x.y/z) c', 'link:https://x.y/z(a bold(b)) c'],
  'a link with parentheses': ['[a](https://x.y/(z))', 'link:https://x.y/(z)(a)'],
  'other schemes are text': ['[a](javascript:alert(1)) [b](data:x)', '[a](javascript:alert(1)) [b](data:x)'],
  'a link that says it leads elsewhere': ['[https://good.example](https://bad.example)', '[link:https://good.example(https://good.example)](link:https://bad.example(https://bad.example))'],
  'one that hides that': ['[https\\://good.example](https://bad.example)', '[https://good.example](link:https://bad.example(https://bad.example))'],
  'one that hides it in marks': ['[h**ttps:**//good.example](https://bad.example)', '[hbold(ttps:)//good.example](link:https://bad.example(https://bad.example))'],
  'one that hides it where nobody sees': ['[h\u200bttps://good.example](https://bad.example)', '[h\u200bttps://good.example](link:https://bad.example(https://bad.example))'],
  'a link that nobody sees': ['[\u200b](https://bad.example)', '[\u200b](link:https://bad.example(https://bad.example))'],
  'a link on a mention': ['[<@1>](https://x.y)', 'link:https://x.y(user(1))'],
  'addresses end with the sentence': ['see https://x.y/z. (https://x.y)', 'see link:https://x.y/z(https://x.y/z). (link:https://x.y(https://x.y))'],
  'an address in brackets': ['<https://x.y>', 'link:https://x.y(https://x.y)'],
  'a word is no address': ['xhttp://a http://', 'xhttp://a http://'],
  'a block of code': ['a\n```diff\n+ b\n```\nc', 'ablock:diff(+ b)c'],
  'a block within a line': ['a ```b``` c', 'a block:(b) c'],
  'one word is no language': ['```go```', 'block:(go)'],
  'a block that is not closed': ['```go\na', '```go\na'],
  'a block keeps everything': ['```\n> **a**\n# b\n```', 'block:(> **a**\n# b)'],
  'an escaped fence': ['\\```a```', '```a```'],
  quote: ['> a **b**\n> c\nd', 'quote(a bold(b)\nc)d'],
  'quote to the end': ['a\n>>> b\nc', 'aquote(b\nc)'],
  'a quote with code': ['> ```\n> a\n> ```', 'quote(block:(a))'],
  'no quote without a space': ['>a', '>a'],
  headings: ['# a\n## b\n### c\n#### d', 'h1(a)h2(b)h3(c)#### d'],
  'no heading within a line': ['a # b', 'a # b'],
  small: ['-# a *b*', 'small(a italic(b))'],
  list: ['- a\n- **b**\nc', 'ul(a; bold(b))c'],
  'list with numbers': ['3. a\n4. b', 'ol3(a; b)'],
  'list in a list': ['- a\n  - b\n    - c\n- d', 'ul(aul(bul(c)); d)'],
  'numbers after points': ['- a\n1. b', 'ul(a)ol1(b)'],
  'markup is text': ['<b>a</b> <script>alert(1)</script> &amp;', '<b>a</b> <script>alert(1)</script> &amp;'],
  'empty lines stay': ['a\n\nb', 'a\n\nb'],
  nothing: ['', ''],
};

for (const [name, [text, want]] of Object.entries(cases)) {
  test(name, () => assert.equal(short(parse(text)), want));
}

test('plain', () => {
  assert.equal(plain(parse('**a** `b`\n- <@1> ||c||'), () => '@ada'), 'a b@ada ▮▮▮');
  assert.equal(plain(parse('```ansi\n\x1b[32ma\x1b[0m b\n```')), 'a b');
});

// Each of these is ten times what fits in a message, and is read five times in one. A
// reader that is not linear takes minutes.
const hostile = {
  stars: '*'.repeat(40000),
  'stars and spaces': '* '.repeat(20000),
  'stars that open': ' *a'.repeat(13000),
  'marks that open': '**a __b ~~c ||d *e '.repeat(2000),
  brackets: '['.repeat(40000),
  'half links': '[a](http://x'.repeat(3300),
  'half links with parentheses': '[a](http://x('.repeat(3000),
  backticks: Array.from({ length: 280 }, (_, i) => '`'.repeat(i + 1)).join(' '),
  fences: '```\n'.repeat(10000),
  'empty lines in a fence': '```\n' + '\n'.repeat(20000) + 'x' + '\n'.repeat(20000) + '```',
  quotes: '> '.repeat(20000),
  'quotes with fences': '> ```\n'.repeat(6600),
  lists: Array.from({ length: 280 }, (_, i) => ' '.repeat(i) + '- a').join('\n'),
  addresses: 'https://'.repeat(5000),
  'addresses that end': 'http://a)) '.repeat(3600),
  less: '<t:1<@1<#1<'.repeat(3600),
  backslashes: '\\'.repeat(40000),
  'code with spaces': '` a'.repeat(13000),
  pipes: '|'.repeat(40000),
};

for (const [name, text] of Object.entries(hostile)) {
  test(`hostile: ${name}`, { timeout: 120000 }, () => {
    assert.ok(parse(text.repeat(5)).length > 0);
  });
}
