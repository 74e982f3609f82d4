import type { KeyFacts } from '../key-facts.ts';
import {
  allocateBlock,
  type ByteBlocks,
  blockChunk,
  blockStart,
  createByteBlocks,
  isFull,
  releaseBlock,
} from './byte-blocks.ts';
import {
  type PackedNumbers,
  packedBytes,
  packedForm,
  readPacked,
  writePacked,
} from './packed-numbers.ts';
import { type Column, createColumn, type Move, moveCells, readCell, writeCell } from './slots.ts';

/**
 * What a key has of its own, by slot: its id, its name, its API scopes by number, and when it was created. As bytes, since
 * a million keys would be two million strings for the garbage collector to walk, in twice the memory. A block holds the
 * lengths of both texts in characters, the moment of its creation, whether each text takes two bytes a character, the API
 * scopes, and the characters.
 */
export interface KeyLabels {
  readonly blocks: ByteBlocks;
  /** Number of the block by slot. */
  readonly blockOf: Column;
}

/** The longest id or name, in UTF-16 units. */
const LABEL_LENGTH_MAX = 255;
const KEY_ID_LENGTH = 0;
const NAME_LENGTH = 1;
const CREATED = 2;
const CREATED_BYTES = 6;
const CREATED_MAX = 2 ** 48 - 1;
/** Two flags, and the head of the API scopes (packed-numbers.ts), which follow. */
const FLAGS = CREATED + CREATED_BYTES;
const WIDE_KEY_ID = 1;
const WIDE_NAME = 2;
const API_SCOPES = FLAGS + 1;

/** @param room positions in each partition */
export function createKeyLabels(room = 0): KeyLabels {
  return { blocks: createByteBlocks(), blockOf: createColumn(room) };
}

/**
 * Makes sure that there is room for those of one more secret.
 * @throws RangeError past 4 GiB of labels
 */
export function requireLabelRoom({ blocks }: KeyLabels): void {
  if (!isFull(blocks)) return;
  throw new RangeError('The index is full: it holds 4 GiB of ids and names');
}

/** @throws RangeError for more than 255 characters */
export function requireLabels(keyId: string, name: string): void {
  if (keyId.length <= LABEL_LENGTH_MAX && name.length <= LABEL_LENGTH_MAX) return;
  throw new RangeError(`The id and the name of a key have at most ${LABEL_LENGTH_MAX} characters`);
}

type LabelFacts = Pick<KeyFacts, 'keyId' | 'name' | 'createdAtMs'>;

/** In place of those that the slot has. */
export function writeLabels(
  labels: KeyLabels,
  slot: number,
  { keyId, name, createdAtMs }: LabelFacts,
  apiScopes: PackedNumbers,
): void {
  clearLabels(labels, slot);
  const widths = (isWide(keyId) ? WIDE_KEY_ID : 0) | (isWide(name) ? WIDE_NAME : 0);
  const keyIdAt = API_SCOPES + packedBytes(apiScopes.form);
  const nameAt = keyIdAt + bytesOf(keyId.length, widths & WIDE_KEY_ID);
  const block = allocateBlock(labels.blocks, nameAt + bytesOf(name.length, widths & WIDE_NAME));
  const chunk = blockChunk(labels.blocks, block);
  const start = blockStart(block);
  chunk[start + KEY_ID_LENGTH] = keyId.length;
  chunk[start + NAME_LENGTH] = name.length;
  chunk.writeUIntBE(storable(createdAtMs), start + CREATED, CREATED_BYTES);
  writePacked(chunk, start + FLAGS, widths, apiScopes);
  writeText(chunk, start + keyIdAt, keyId, widths & WIDE_KEY_ID);
  writeText(chunk, start + nameAt, name, widths & WIDE_NAME);
  writeCell(labels.blockOf, slot, block);
}

export function clearLabels(labels: KeyLabels, slot: number): void {
  const block = readCell(labels.blockOf, slot);
  if (block === 0) return;
  const chunk = blockChunk(labels.blocks, block);
  const start = blockStart(block);
  const name = bytesOf(
    byteAt(chunk, start + NAME_LENGTH),
    byteAt(chunk, start + FLAGS) & WIDE_NAME,
  );
  releaseBlock(labels.blocks, block, nameStart(chunk, start) - start + name);
  writeCell(labels.blockOf, slot, 0);
}

/** Follows the secrets to their new slots. */
export function moveLabels(labels: KeyLabels, move: Move): void {
  moveCells(labels.blockOf, move);
}

/** Empty for a slot that has no labels. */
export function readKeyId(labels: KeyLabels, slot: number): string {
  const block = readCell(labels.blockOf, slot);
  if (block === 0) return '';
  const chunk = blockChunk(labels.blocks, block);
  const start = blockStart(block);
  const wide = byteAt(chunk, start + FLAGS) & WIDE_KEY_ID;
  return readText(chunk, keyIdStart(chunk, start), byteAt(chunk, start + KEY_ID_LENGTH), wide);
}

/** Empty for a slot that has no labels. */
export function readName(labels: KeyLabels, slot: number): string {
  const block = readCell(labels.blockOf, slot);
  if (block === 0) return '';
  const chunk = blockChunk(labels.blocks, block);
  const start = blockStart(block);
  const wide = byteAt(chunk, start + FLAGS) & WIDE_NAME;
  return readText(chunk, nameStart(chunk, start), byteAt(chunk, start + NAME_LENGTH), wide);
}

/** In milliseconds since 1970; 0 for a slot that has no labels. */
export function readCreatedAt(labels: KeyLabels, slot: number): number {
  const block = readCell(labels.blockOf, slot);
  if (block === 0) return 0;
  const start = blockStart(block);
  return blockChunk(labels.blocks, block).readUIntBE(start + CREATED, CREATED_BYTES);
}

/** Reads what names the API scopes of the key (key-api-scopes.ts). False where it has none. */
export function readApiScopeNumbers(labels: KeyLabels, slot: number, into: PackedNumbers): boolean {
  const block = readCell(labels.blockOf, slot);
  if (block === 0) return false;
  const chunk = blockChunk(labels.blocks, block);
  const start = blockStart(block);
  if (packedForm(chunk, start + FLAGS) === 0) return false;
  readPacked(chunk, start + FLAGS, into);
  return true;
}

/** Six bytes hold the next 8,900 years. */
function storable(ms: number): number {
  return ms > 0 ? Math.min(Math.floor(ms), CREATED_MAX) : 0;
}

function nameStart(chunk: Buffer, start: number): number {
  const wide = byteAt(chunk, start + FLAGS) & WIDE_KEY_ID;
  return keyIdStart(chunk, start) + bytesOf(byteAt(chunk, start + KEY_ID_LENGTH), wide);
}

function keyIdStart(chunk: Buffer, start: number): number {
  return start + API_SCOPES + packedBytes(packedForm(chunk, start + FLAGS));
}

function isWide(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return true;
  return false;
}

function bytesOf(length: number, wide: number): number {
  return wide === 0 ? length : length * 2;
}

function writeText(chunk: Buffer, start: number, text: string, wide: number): void {
  if (wide !== 0) {
    chunk.write(text, start, 'utf16le');
    return;
  }
  for (let i = 0; i < text.length; i++) chunk[start + i] = text.charCodeAt(i);
}

function readText(chunk: Buffer, start: number, length: number, wide: number): string {
  const encoding = wide === 0 ? 'latin1' : 'utf16le';
  return chunk.toString(encoding, start, start + bytesOf(length, wide));
}

function byteAt(chunk: Buffer, at: number): number {
  return chunk[at] ?? 0;
}
