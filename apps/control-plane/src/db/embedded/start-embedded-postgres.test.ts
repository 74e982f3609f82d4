import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hold, makeDataDir, makeUsedDataDir, query, start } from './data-folder.fixture.ts';

test('listens on a socket in the data folder, which only its owner can enter, and nowhere else', async () => {
  const dataDir = await makeDataDir();
  const postgres = await start(dataDir);

  expect(postgres.connection).toEqual({
    host: join(dataDir, 'postgres/run'),
    port: 5432,
    user: 'tollkeeper',
    database: 'tollkeeper',
  });
  expect(statSync(join(postgres.connection.host, '.s.PGSQL.5432')).isSocket()).toBe(true);
  expect(statSync(postgres.connection.host).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, 'postgres/cluster')).mode & 0o777).toBe(0o700);
  expect(await query(postgres, 'show listen_addresses')).toEqual(['']);
  expect(await query(postgres, 'show unix_socket_directories')).toEqual(['../run']);
});

test('writes durably, with checksums, in UTF-8, and logs no statement', async () => {
  const postgres = await start(await makeUsedDataDir());
  const show = async (name: string) => (await query(postgres, `show ${name}`))[0];

  expect(await show('fsync')).toBe('on');
  expect(await show('data_checksums')).toBe('on');
  expect(await show('server_encoding')).toBe('UTF8');
  expect(await show('log_min_error_statement')).toBe('panic');
  expect(await show('log_parameter_max_length')).toBe('0');
  expect(await show('log_parameter_max_length_on_error')).toBe('0');
});

test('keeps what a failing statement holds out of its log', async () => {
  const dataDir = await makeUsedDataDir();
  const postgres = await start(dataDir);
  await query(postgres, 'create table secrets (text text primary key)');
  const insert = () => query(postgres, "insert into secrets values ('hunter2')");
  await insert();

  await expect(insert()).rejects.toThrow('duplicate key');

  const log = readFileSync(join(dataDir, 'postgres/run/postgres.log'), 'utf8');
  expect(log).toContain('ready to accept connections');
  expect(log).not.toContain('hunter2');
});

test('keeps its data from one start to the next', async () => {
  const dataDir = await makeUsedDataDir();
  const first = await start(dataDir);
  await query(first, 'create table notes as select 42 as note');
  await first.stop();

  const second = await start(dataDir);

  expect(await query(second, 'select note from notes')).toEqual([42]);
});

test('stops once, however often it is asked to', async () => {
  const dataDir = await makeUsedDataDir();
  const postgres = await start(dataDir);

  await Promise.all([postgres.stop(), postgres.stop()]);
  await postgres.stop();

  expect(readdirSync(join(dataDir, 'postgres/run'))).toEqual(['postgres.log']);
});

test('works in a data folder too deep for the path of a socket, and leaves no link behind', async () => {
  const dataDir = await makeDataDir('deep'.repeat(30), 'deeper'.repeat(20));
  // Of its own: other processes make such links in that of the system.
  const links = join(tmpdir(), `tk-${process.pid}`);
  mkdirSync(links);
  onTestFinished(() => rmSync(links, { recursive: true }));
  vi.stubEnv('TMPDIR', links);
  const postgres = await start(dataDir);

  expect(await query(postgres, 'select 1')).toEqual([1]);
  expect(readdirSync(links)).toHaveLength(1);
  await postgres.stop();

  expect(readdirSync(links)).toEqual([]);
});

test('refuses a second holder, names the first, and points to DATABASE_URL', async () => {
  const dataDir = await makeUsedDataDir();
  const first = await start(dataDir, { holder: 'pid 7, serving http://127.0.0.1:7420' });

  const said = await hold(dataDir, 'the second').says;

  expect(said).toMatch(/^held .*\(pid 7, serving http:\/\/127\.0\.0\.1:7420\).*DATABASE_URL/);
  expect(await query(first, 'select 1')).toEqual([1]);
});

test('lets exactly one of two win that start at the same instant', async () => {
  const dataDir = await makeDataDir();
  const both = [hold(dataDir, 'one'), hold(dataDir, 'two')];

  const said = await Promise.all(both.map((holder) => holder.says));

  expect(said.filter((text) => text.startsWith('ready'))).toHaveLength(1);
  expect(said.filter((text) => text.startsWith('held'))).toHaveLength(1);
});

test('begins anew after a start that was killed during initdb', async () => {
  const dataDir = await makeUsedDataDir();
  const unfinished = join(dataDir, 'postgres/cluster.new-abc123');
  mkdirSync(unfinished);
  writeFileSync(join(unfinished, 'PG_VERSION'), '18\n');

  const postgres = await start(dataDir);

  expect(await query(postgres, 'select 1')).toEqual([1]);
  expect(readdirSync(join(dataDir, 'postgres'))).not.toContain('cluster.new-abc123');
});

test('says in a sentence that it cannot write the data folder', async () => {
  const dataDir = await makeDataDir();
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'file'), '');

  await expect(start(join(dataDir, 'file/data'))).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringMatching(
      /^Cannot write to the data folder .*TOLLKEEPER_DATA_DIR.*DATABASE_URL/,
    ),
  });
});
