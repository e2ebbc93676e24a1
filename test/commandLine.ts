/** What the commands of this folder share: how they are asked, and how they end. */

/** Gives the exit code. */
export type Task = () => number | Promise<number>;

/** Nothing at all would find nothing wrong. */
export function wholeNumber(name: string, value: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(value)) throw new TypeError(`--${name} is a whole number from 1 on, not ${value}`);
  return Number(value);
}

/** Does what `asked` makes of the arguments. Only a TypeError says that it did not understand them: exit code 2. */
export async function answer(argv: string[], usage: string, asked: (argv: string[]) => Task | "help"): Promise<void> {
  let task: Task | "help";
  try {
    task = asked(argv);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  if (task === "help") console.log(usage);
  else process.exitCode = await task();
}
