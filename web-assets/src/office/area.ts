// Areas of a picture in hundredths of a percent of its width and height, as the form and the server write them: a line
// for each, «左,上,右,下», and behind a semicolon the ground where it is another one than that of all.

/** All of a side. */
export const WHOLE = 10_000;
/** The least that an area has for a side: less is a slip of the hand. */
export const LEAST = 50;

export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Code or words of its own ground; empty = that of all. */
  ground: string;
}

/** Which corner is pulled: n or s, then w or e. */
export type Corner = "nw" | "ne" | "sw" | "se";

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
const whole = (value: number): number => within(Math.round(value), 0, WHOLE);
const percent = (value: number): string => String(value / 100);

/** Between two points; null where that is too little to be meant. */
export function drawn(x: number, y: number, toX: number, toY: number, ground = ""): Area | null {
  const area = {
    left: whole(Math.min(x, toX)),
    top: whole(Math.min(y, toY)),
    right: whole(Math.max(x, toX)),
    bottom: whole(Math.max(y, toY)),
    ground,
  };
  return area.right - area.left < LEAST || area.bottom - area.top < LEAST ? null : area;
}

/** Moved as far as the picture goes; it keeps its size. */
export function moved(area: Area, x: number, y: number): Area {
  const byX = within(Math.round(x), -area.left, WHOLE - area.right);
  const byY = within(Math.round(y), -area.top, WHOLE - area.bottom);
  return {
    ...area,
    left: area.left + byX,
    right: area.right + byX,
    top: area.top + byY,
    bottom: area.bottom + byY,
  };
}

/** One corner pulled by so much; the opposite one stays, and it never turns over. */
export function pulled(area: Area, corner: Corner, x: number, y: number): Area {
  const next = { ...area };
  if (corner.endsWith("e")) next.right = within(Math.round(area.right + x), area.left + LEAST, WHOLE);
  else next.left = within(Math.round(area.left + x), 0, area.right - LEAST);
  if (corner.startsWith("s")) next.bottom = within(Math.round(area.bottom + y), area.top + LEAST, WHOLE);
  else next.top = within(Math.round(area.top + y), 0, area.bottom - LEAST);
  return next;
}

/** As it stands in the form. */
export function line(area: Area): string {
  const sides = [area.left, area.top, area.right, area.bottom].map(percent).join(",");
  return area.ground === "" ? sides : `${sides}；${area.ground}`;
}

/** In words, for who cannot see it. */
export function label(area: Area, number: number): string {
  const [width, height] = [area.right - area.left, area.bottom - area.top];
  const where = `左 ${percent(area.left)}%，上 ${percent(area.top)}%`;
  return `区域 ${number}：${where}，宽 ${percent(width)}%，高 ${percent(height)}%`;
}

function side(text: string): number | null {
  const digits = text.trim();
  if (!/^\d+(\.\d{0,2})?$/.test(digits)) return null;
  const value = Math.round(Number(digits) * 100);
  return value <= WHOLE ? value : null;
}

/** One line of the form; null where it is none. */
export function area(text: string): Area | null {
  const cut = text.search(/[;；]/);
  const [sides, ground] = cut < 0 ? [text, ""] : [text.slice(0, cut), text.slice(cut + 1).trim()];
  const found = sides.split(/[,，]/).map(side);
  const [left, top, right, bottom] = found;
  if (found.length !== 4 || left == null || top == null || right == null || bottom == null) return null;
  return left < right && top < bottom ? { left, top, right, bottom, ground } : null;
}

/** What the form holds: the areas, and lines that are none, which stay as they were typed. */
export function read(text: string): { areas: Area[]; rest: string[] } {
  const areas: Area[] = [];
  const rest: string[] = [];
  for (const one of text.split("\n").filter((words) => words.trim() !== "")) {
    const found = area(one);
    if (found) areas.push(found);
    else rest.push(one);
  }
  return { areas, rest };
}

export const written = (areas: Area[], rest: string[]): string => [...areas.map(line), ...rest].join("\n");
