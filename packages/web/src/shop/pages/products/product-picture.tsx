// Pictures of products, drawn from the SKU: its thing is the shape, its material the colours. A SKU that names neither gets
// a pattern of its own.
type Palette = { readonly wall: string; readonly base: string; readonly deep: string; readonly glow: string };

const materials: Readonly<Record<string, Palette>> = {
  OAK: { wall: '#efe2c8', base: '#c99c5f', deep: '#8f673a', glow: '#f4d9a6' },
  WALNUT: { wall: '#e5d9cf', base: '#7b543b', deep: '#4b3122', glow: '#c79a76' },
  LINEN: { wall: '#e6e4d9', base: '#cfc7b2', deep: '#968d75', glow: '#f5f0e2' },
  WOOL: { wall: '#dfe2e0', base: '#8d9b97', deep: '#586661', glow: '#d5dcd9' },
  COPPER: { wall: '#f1dccf', base: '#c9744a', deep: '#8d4527', glow: '#f4b58f' },
  STONEWARE: { wall: '#dde3e6', base: '#8aa0ab', deep: '#51646f', glow: '#cddbe2' },
};

/** Texts that differ in one letter have nothing in common. */
function hashOf(text: string): number {
  let hash = 7;
  for (const letter of Array.from(text)) hash = Math.imul(hash, 31) + letter.charCodeAt(0);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function paletteOf(sku: string): Palette {
  const material = Object.keys(materials).find((name) => sku.toUpperCase().includes(name));
  const known = material === undefined ? undefined : materials[material];
  if (known !== undefined) return known;
  const hue = hashOf(sku) % 360;
  const tone = (saturation: number, lightness: number): string => `hsl(${hue} ${saturation}% ${lightness}%)`;
  return { wall: tone(30, 88), base: tone(38, 56), deep: tone(40, 34), glow: tone(55, 78) };
}

type Drawing = (palette: Palette) => React.ReactNode;

const drawings: Readonly<Record<string, Drawing>> = {
  TRAY: ({ base, deep, glow }) => (
    <>
      <ellipse cx="120" cy="112" rx="78" ry="30" fill={deep} />
      <ellipse cx="120" cy="106" rx="78" ry="30" fill={base} />
      <ellipse cx="120" cy="103" rx="64" ry="22" fill={glow} opacity=".55" />
      <path d="M44 96c-10 4-10 16 0 20M196 96c10 4 10 16 0 20" stroke={deep} strokeWidth="6" fill="none" />
    </>
  ),
  LAMP: ({ base, deep, glow }) => (
    <>
      <path d="M78 82 96 34h48l18 48z" fill={base} />
      <path d="M78 82h84l22 66H56z" fill={glow} opacity=".35" />
      <rect x="116" y="82" width="8" height="48" fill={deep} />
      <ellipse cx="120" cy="134" rx="34" ry="9" fill={deep} />
    </>
  ),
  BOWL: ({ base, deep, glow }) => (
    <>
      <path d="M48 84h144c0 36-30 58-72 58S48 120 48 84z" fill={base} />
      <ellipse cx="120" cy="84" rx="72" ry="17" fill={deep} />
      <ellipse cx="120" cy="87" rx="60" ry="11" fill={glow} opacity=".5" />
    </>
  ),
  CLOCK: ({ base, deep, glow }) => (
    <>
      <circle cx="120" cy="88" r="58" fill={base} />
      <circle cx="120" cy="88" r="47" fill={glow} />
      <path d="M120 88V56M120 88l24 14" stroke={deep} strokeWidth="6" strokeLinecap="round" />
      <circle cx="120" cy="88" r="5" fill={deep} />
      <path d="M120 46v5M120 125v5M78 88h5M157 88h5" stroke={deep} strokeWidth="4" strokeLinecap="round" />
    </>
  ),
  BOX: ({ base, deep, glow }) => (
    <>
      <path d="m60 76 60-20 60 20-60 22z" fill={glow} />
      <path d="M60 76v46l60 24V98z" fill={base} />
      <path d="M180 76v46l-60 24V98z" fill={deep} />
      <circle cx="104" cy="106" r="4" fill={deep} />
    </>
  ),
  STOOL: ({ base, deep, glow }) => (
    <>
      <path
        d="M84 78 70 148M156 78l14 70M120 80v62M79 116h82"
        stroke={deep}
        strokeWidth="8"
        strokeLinecap="round"
      />
      <ellipse cx="120" cy="72" rx="58" ry="17" fill={base} />
      <ellipse cx="120" cy="68" rx="58" ry="15" fill={glow} opacity=".55" />
    </>
  ),
  COASTERS: ({ base, deep, glow }) => (
    <>
      {[128, 116, 104, 92].map((y, n) => (
        <g key={y}>
          <ellipse cx={112 + n * 5} cy={y + 5} rx="52" ry="19" fill={deep} />
          <ellipse cx={112 + n * 5} cy={y} rx="52" ry="19" fill={n % 2 === 0 ? base : glow} />
        </g>
      ))}
    </>
  ),
};

/** A pattern that depends on the text, so that two SKUs hardly ever look the same. */
function Pattern({ sku, palette }: { readonly sku: string; readonly palette: Palette }) {
  const hash = hashOf(sku);
  const shapes = Array.from({ length: 5 }, (_, n) => hashOf(`${sku}${n}`));
  return (
    <g transform={`rotate(${hash % 40} 120 88)`}>
      {shapes.map((shape, n) => {
        const common = {
          fill: [palette.base, palette.deep, palette.glow][n % 3],
          opacity: 0.85,
        };
        const x = 62 + (shape % 110);
        const y = 44 + ((shape >>> 7) % 80);
        const size = 16 + ((shape >>> 13) % 26);
        return shape % 2 === 0 ? (
          <circle key={n} {...common} cx={x} cy={y} r={size} />
        ) : (
          <rect key={n} {...common} x={x - size} y={y - size / 2} width={size * 2} height={size} rx="6" />
        );
      })}
    </g>
  );
}

export function ProductPicture({
  sku,
  className,
}: {
  readonly sku: string;
  readonly className?: string | undefined;
}) {
  const palette = paletteOf(sku);
  const thing = Object.keys(drawings).find((name) => sku.toUpperCase().includes(name));
  const draw = thing === undefined ? undefined : drawings[thing];
  return (
    <svg viewBox="0 0 240 176" className={className} aria-hidden="true" preserveAspectRatio="xMidYMid slice">
      <rect width="240" height="176" fill={palette.wall} />
      <rect y="138" width="240" height="38" fill={palette.deep} opacity=".13" />
      <ellipse cx="120" cy="146" rx="82" ry="10" fill={palette.deep} opacity=".2" />
      {draw === undefined ? <Pattern sku={sku} palette={palette} /> : draw(palette)}
    </svg>
  );
}
