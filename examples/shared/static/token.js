// What a write of our own pages carries: the token of the cookie, where the platform gives one.
export const token = () => {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? { "x-csrftoken": found[1] } : {};
};
