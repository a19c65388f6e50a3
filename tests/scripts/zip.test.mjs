// @vitest-environment node
import { describe, expect, it } from "vitest";
import { zip } from "../../scripts/lib/demo/zip.mjs";

/** Reads an archive as other programs do: from its end, over the directory, to the files. */
function unzip(archive) {
  const end = archive.length - 22;
  expect(archive.toString("latin1", end, end + 4)).toBe("PK\x05\x06");
  const files = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    expect(archive.toString("latin1", at, at + 4)).toBe("PK\x01\x02");
    const [crc, size, nameLength] = [
      archive.readUInt32LE(at + 16),
      archive.readUInt32LE(at + 24),
      archive.readUInt16LE(at + 28),
    ];
    const local = archive.readUInt32LE(at + 42);
    expect(archive.toString("latin1", local, local + 4)).toBe("PK\x03\x04");
    const start = local + 30 + nameLength;
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
    expect(archive.toString("utf8", local + 30, start)).toBe(name);
    files.push([name, archive.toString("utf8", start, start + size), crc]);
    at += 46 + nameLength;
  }
  expect(at).toBe(end);
  return files;
}

describe("an archive", () => {
  it("holds its files", () => {
    const files = [
      ["a/documents.jsonl", "123456789"],
      ["Dún/Ó.txt", "Sadhbh\n"],
      ["empty", ""],
    ];
    const read = unzip(zip(files));
    expect(read.map(([name, text]) => [name, text])).toEqual(files);
    // The checksum that the definition of this CRC gives for these nine digits.
    expect(read[0][2]).toBe(0xcbf43926);
    expect(read[2][2]).toBe(0);
  });

  it("may hold none", () => {
    expect(unzip(zip([]))).toEqual([]);
  });
});
