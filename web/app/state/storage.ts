/** Browser storage that may be blocked or full: then nothing is kept, and nothing breaks. */
export function readText(storage: "localStorage" | "sessionStorage", key: string): string | null {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

export function writeText(
  storage: "localStorage" | "sessionStorage",
  key: string,
  text: string | null,
): void {
  try {
    if (text === null) window[storage].removeItem(key);
    else window[storage].setItem(key, text);
  } catch {
    // Full or blocked: the app goes on without the memory.
  }
}

export function readJson<T>(storage: "localStorage" | "sessionStorage", key: string): T | null {
  const text = readText(storage, key);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
