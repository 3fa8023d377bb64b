"""Rows of bench/run stacks as a picture: bars in groups, one group for each stack."""
from xml.sax.saxutils import escape

BAR, GAP, LEFT, WIDTH, TOP, ROOM = 13, 14, 130, 560, 70, 230
COLOURS = {"floor": "#9aa0a6", "bootgraph": "#1a73e8", "initramfs-tools-dep": "#f9ab00",
           "initramfs-tools-most": "#e37400", "dracut-shell": "#81c995", "dracut-systemd": "#1e8e3e"}


def _text(x, y, text, anchor="start", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'


def _ruler(limit, height):
    for second in range(int(limit) + 1):
        x = LEFT + second * WIDTH / limit
        yield (f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 10}" '
               'stroke="#dadce0" stroke-width="1"/>')
        yield _text(x, TOP - 10, f"{second} s", "middle", ' fill="#5f6368"')


def _legend(who):
    x = LEFT
    for name in who:
        yield f'<rect x="{x}" y="30" width="{BAR}" height="{BAR}" fill="{COLOURS[name]}"/>'
        yield _text(x + BAR + 5, 41, name)
        x += 30 + 7 * len(name)


def _bar(row, y, limit):
    length = min(row["seconds"], limit) * WIDTH / limit
    yield (f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" '
           f'fill="{COLOURS[row["contender"]]}"/>')
    # One that is beyond the end of the scale says so.
    beyond = " →" if row["seconds"] > limit else ""
    words = f'{row["seconds"]:.2f} s{beyond}, {row["modules"]} modules, {row["image bytes"] / 1e6:.1f} MB'
    yield _text(LEFT + length + 5, y + BAR - 2, words, extra=' fill="#3c4043"')


def svg(rows, limit=5.0):
    """The picture as text; bars end at `limit` seconds."""
    rows = [row for row in rows if "seconds" in row]
    who = list(dict.fromkeys(row["contender"] for row in rows))
    body, y = [], TOP
    for stack in dict.fromkeys(row["stack"] for row in rows):
        group = [row for row in rows if row["stack"] == stack]
        body.append(_text(LEFT - 8, y + len(group) * BAR / 2 + 4, stack, "end", ' font-weight="bold"'))
        for row in group:
            body += _bar(row, y, limit)
            y += BAR
        y += GAP
    width = LEFT + WIDTH + ROOM
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" '
            f'viewBox="0 0 {width} {y}" font-family="sans-serif" font-size="11">',
            f'<rect width="{width}" height="{y}" fill="white"/>',
            _text(LEFT, 18, "From “Run /init” to the real init, in guest time: one instruction is one "
                  "nanosecond", extra=' font-size="13"')]
    return "\n".join([*head, *_legend(who), *_ruler(limit, y), *body, "</svg>", ""])
