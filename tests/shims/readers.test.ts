import { describe, expect, test } from "vitest";

import { Meter } from "../../js-shims/reading/meter";
import { forEach, Readers, withReaders } from "../../js-shims/reading/readers";

const room = { documents: 99, bytes: 2 ** 20 };

describe("forEach", () => {
  /** Runs it on so many items; each waits a few turns of the event loop, and says whether it got through. */
  async function run(count: number, width: number, isThrough: (at: number) => boolean) {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const items = Array.from({ length: count }, (_, at) => `item ${at}`);
    const through = await forEach(items, width, async (item, at) => {
      expect(item).toBe(`item ${at}`);
      begun.push(at);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 0));
      running -= 1;
      return isThrough(at);
    });
    return { through, begun: begun.length, most };
  }

  test.each([
    [0, 3, { through: 0, begun: 0, most: 0 }],
    [1, 3, { through: 1, begun: 1, most: 1 }],
    [7, 1, { through: 7, begun: 7, most: 1 }],
    [7, 3, { through: 7, begun: 7, most: 3 }],
    [3, 7, { through: 3, begun: 3, most: 3 }],
  ])("%i items, %i at once", async (count, width, expected) => {
    expect(await run(count, width, () => true)).toEqual(expected);
  });

  test("ends where one does not get through, and answers how many of the first ones did", async () => {
    expect(await run(9, 1, (at) => at !== 4)).toEqual({ through: 4, begun: 5, most: 1 });
    // Those that run beside it end as well, and a later one among them does not count.
    expect(await run(9, 3, (at) => at < 4)).toEqual({ through: 4, begun: 7, most: 3 });
    expect(await run(9, 3, () => false)).toEqual({ through: 0, begun: 3, most: 3 });
    expect(await run(9, 9, (at) => at !== 8)).toEqual({ through: 8, begun: 9, most: 9 });
  });
});

describe("readers", () => {
  test("wait for one another, and all of them end where their room does", async () => {
    // Nothing is known of the documents yet, so one is read before the others may go on.
    const readers = new Readers({ documents: 3, bytes: 1 }, new Meter({}));
    expect(readers.mayRead()).toBe(true);
    const others = [readers.mayRead(), readers.mayRead()];
    readers.read({ _id: "id", _creationTime: 1 });
    expect(await Promise.all(others)).toEqual([false, false]);
    expect(readers.mayRead()).toBe(false);
  });

  test("are freed once they have read, and where reading fails", async () => {
    const meter = new Meter({});
    const kept: Readers[] = [];
    const answer = await withReaders(room, meter, async (readers) => {
      kept.push(readers);
      return "read";
    });
    const failing = withReaders(room, meter, async (readers) => {
      kept.push(readers);
      throw new Error("it is cursed");
    });
    expect(answer).toBe("read");
    await expect(failing).rejects.toThrow("it is cursed");
    expect(kept).toHaveLength(2);
    for (const readers of kept) expect(() => readers.mayRead()).toThrow();
    meter.free();
    expect(() => meter.range()).toThrow();
  });
});
