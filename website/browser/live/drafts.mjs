// Code that a reader has written, kept in this tab. A browser that keeps nothing is no reason to stop.

export function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keep it, or forget it if it is null; false if this browser keeps nothing. */
export function write(key, code) {
  try {
    if (code === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, code);
    return true;
  } catch {
    return false;
  }
}
