// Finds a number such that SHA-256 of "challenge:number" begins with so many zero bits. Written out here, because
// crypto.subtle is asynchronous (each call costs more than the hash) and missing on sites without TLS.

const firstBits = (number) => ((number - Math.floor(number)) * 2 ** 32) | 0;
const primes = [];
for (let number = 2; primes.length < 64; number++) {
  if (primes.every((prime) => number % prime)) primes.push(number);
}
const K = Int32Array.from(primes, (prime) => firstBits(Math.cbrt(prime)));
const H = Int32Array.from(primes.slice(0, 8), (prime) => firstBits(Math.sqrt(prime)));
const w = new Int32Array(64);

/** SHA-256 of the one block in `w[0..15]`; returns its first 32 bits, which are all that is looked at. */
function hashBlock() {
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = H;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  return (H[0] + a) >>> 0;
}

function solve(challenge, bits) {
  const block = new Uint8Array(64);
  const view = new DataView(block.buffer);
  const start = challenge.length + 1;
  if (start + 10 > 55) throw new RangeError("a challenge is shorter than this");
  for (let i = 0; i < challenge.length; i++) block[i] = challenge.charCodeAt(i);
  block[start - 1] = 58;
  const most = 2 ** (32 - bits);
  for (let number = 0; number < 1e10; number++) {
    const digits = String(number);
    for (let i = 0; i < digits.length; i++) block[start + i] = digits.charCodeAt(i);
    const length = start + digits.length;
    block[length] = 0x80;
    view.setUint32(60, length * 8);
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(i * 4);
    if (hashBlock() < most) return `${challenge}:${digits}`;
  }
  throw new Error("there is no solution");
}

self.addEventListener("message", ({ data }) => self.postMessage(solve(data.challenge, data.bits)));
