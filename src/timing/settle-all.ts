/**
 * Waits until all have ended, also when some fail: nothing goes on behind the caller's back.
 * @throws the first failure
 */
export const settleAll = async <T>(tasks: Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
};
