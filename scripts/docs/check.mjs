// Checks the documents that "onevent docs -o DIR all" wrote, with the tools of
// those who made the formats:
//
//   node check.mjs DIR
//
// It tells each problem, and ends with 1 if there are any.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { bundleFromString, createConfig, lintFromString } from '@redocly/openapi-core';
import sdk from '@eventcatalog/sdk';
import { compile } from '@mdx-js/mdx';
import remarkFrontmatter from 'remark-frontmatter';

const dir = process.argv[2];
let problems = 0;

function problem(...words) {
  problems++;
  console.log('✗', ...words);
}

async function asyncAPI() {
  const text = await readFile(join(dir, 'asyncapi.json'), 'utf8');
  const { document, diagnostics } = await new Parser().parse(text);
  for (const d of diagnostics) {
    if (d.severity <= 1) problem('asyncapi.json', '/' + d.path.join('/'), d.message); // errors and warnings
  }
  if (!document) return problem('asyncapi.json can\'t be parsed');
  console.log(`asyncapi.json: AsyncAPI ${document.version()}, ${document.channels().all().length} channels, ` +
    `${document.messages().all().length} messages, ${document.operations().all().length} operations`);
}

async function openAPI() {
  const text = await readFile(join(dir, 'openapi.json'), 'utf8');
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(text));
  if (!valid) problem('openapi.json', JSON.stringify(errors));

  // Examples, references, unique names: what the schema of OpenAPI can't say.
  const config = await createConfig({
    extends: ['spec'],
    rules: {
      'no-unresolved-refs': 'error',
      'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: false },
      'no-invalid-parameter-examples': 'error',
      'operation-operationId-unique': 'error',
      'operation-parameters-unique': 'error',
      'path-parameters-defined': 'error',
      'no-identical-paths': 'error',
      'no-unused-components': 'error',
      'security-defined': 'off',
    },
  });
  const found = await lintFromString({ source: text, absoluteRef: '/openapi.json', config });
  for (const f of found) problem('openapi.json', f.location[0]?.pointer ?? '', f.ruleId, f.message);
  const { bundle } = await bundleFromString({ source: text, absoluteRef: '/openapi.json', config });
  const { openapi, paths } = bundle.parsed;
  const operations = Object.values(paths).flatMap((p) => Object.keys(p)).length;
  console.log(`openapi.json: OpenAPI ${openapi} (${validator.version}), ${Object.keys(paths).length} paths, ${operations} operations`);
}

async function eventCatalog() {
  const catalog = (sdk.default ?? sdk)(join(dir, 'eventcatalog'));
  const lists = {
    domain: await catalog.getDomains(), service: await catalog.getServices(), flow: await catalog.getFlows(),
    event: await catalog.getEvents(), command: await catalog.getCommands(), query: await catalog.getQueries(),
  };
  const known = new Set();
  for (const [kind, list] of Object.entries(lists)) {
    for (const r of list ?? []) {
      for (const name of ['id', 'name', 'version']) {
        if (typeof r[name] !== 'string' || r[name] === '') problem('eventcatalog', kind, r.id, `has no ${name}`);
      }
      known.add(`${r.id} ${r.version}`);
    }
  }
  const check = (from, to) => {
    if (!known.has(`${to.id} ${to.version}`)) problem('eventcatalog', from, 'points to', to.id, to.version, 'which is not there');
  };
  for (const s of lists.service) [...(s.sends ?? []), ...(s.receives ?? [])].forEach((m) => check(`service ${s.id}`, m));
  for (const f of lists.flow) {
    const steps = new Set(f.steps.map((s) => s.id));
    for (const s of f.steps) {
      if (s.message) check(`flow ${f.id}`, s.message);
      for (const n of s.next_steps ?? []) if (!steps.has(n.id)) problem('eventcatalog', f.id, 'has no step', n.id);
    }
  }
  for (const name of await readdir(join(dir, 'eventcatalog'), { recursive: true })) {
    if (!name.endsWith('.mdx')) continue;
    const page = await readFile(join(dir, 'eventcatalog', name), 'utf8');
    await compile(page, { remarkPlugins: [remarkFrontmatter] }).catch((err) => problem('eventcatalog', name, err.message));
  }
  console.log('eventcatalog: ' + Object.entries(lists).map(([kind, list]) => `${list?.length ?? 0} of kind ${kind}`).join(', '));
}

await asyncAPI();
await openAPI();
await eventCatalog();
process.exit(problems > 0 ? 1 : 0);
