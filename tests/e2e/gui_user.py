#!/usr/bin/python3
"""A user of the front-end who knows only what a screen reader says, and has a mouse and a keyboard.

Each call is one step: it waits until the step can be done or is seen, never for a time. Elements are found by role and
name in the accessibility tree; what is pressed is pressed by X events in the middle of its visible part, after it was
scrolled into view. A name that several elements have is an error: nobody could tell them apart. In names, * stands for
anything.

  gui_user.py clicks ROLE NAME [in ROLE NAME]     a role of ROLES below
  gui_user.py types TEXT [into NAME]              into a field, in place of what stands there; or where the focus is
  gui_user.py chooses TEXT in NAME                an entry of a combo box
  gui_user.py presses KEY...                      as xdotool names them: ctrl+k, Return
  gui_user.py opens TEXT                          a page or an object by the command palette
  gui_user.py sees TEXT...                        each is part of what some visible element says
  gui_user.py misses TEXT...                      none is (any more)
  gui_user.py finds ROLE NAME [in ROLE NAME]      the element is there, as it is
  gui_user.py tells                               prints what is visible
  gui_user.py saves FILE                          a picture, once nothing moves any more

Environment: DISPLAY and the session bus; GUI_TIMEOUT, seconds that a step may take (default 30). It exits with 1 and
prints what is visible when a step can't be done.
"""

import fnmatch
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

ROLES = {
    "button": {"push button", "toggle button", "push button menu"},
    "item": {"list item", "menu item", "check menu item", "radio menu item", "tree item"},
    "tab": {"page tab", "radio button"},
    "box": {"check box", "switch", "toggle button"},
    "field": {"text", "entry", "password text", "spin button", "editable combo box", "terminal"},
    "combo": {"combo box"},
    "dialog": {"dialog", "alert"},
    "heading": {"heading"},
    "part": {"frame", "panel", "filler", "list", "grouping", "section", "list item", "alert", "dialog"},
    "log": {"label", "static", "text", "log", "terminal", "document text"},
}
TIMEOUT = float(os.environ.get("GUI_TIMEOUT", "30"))
WHEEL_UP, WHEEL_DOWN = "4", "5"


class Missing(Exception):
    """What a step needs is not there (yet)."""


@dataclass(frozen=True)
class Rect:
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0

    def cut(self, other):
        left, top = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Rect(left, top, max(0, right - left), max(0, bottom - top))

    def middle(self):
        return self.x + self.width // 2, self.y + self.height // 2

    def empty(self):
        return self.width <= 0 or self.height <= 0


@dataclass
class Element:
    role: str
    name: str
    description: str
    text: str
    rect: Rect
    seen: Rect  # what its ancestors leave of it
    enabled: bool
    states: str
    parent: "Element | None"
    children: list = field(default_factory=list)

    def says(self):
        return "\n".join(part for part in (self.name, self.description, self.text) if part)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def within(self, ancestor):
        step = self
        while step is not None and step is not ancestor:
            step = step.parent
        return step is ancestor


STATES = {Atspi.StateType.FOCUSED: "focused", Atspi.StateType.CHECKED: "checked", Atspi.StateType.SELECTED: "selected"}


def read(source, parent):
    """The visible part of the tree below an accessible object; None: it is not visible."""
    states = source.get_state_set()
    if parent is not None and not states.contains(Atspi.StateType.SHOWING):
        return None
    box = Atspi.Component.get_extents(source, Atspi.CoordType.SCREEN)
    rect = Rect(box.x, box.y, box.width, box.height)
    # Layouts without a size of their own cut nothing off.
    seen = rect if parent is None else parent.seen if rect.empty() else rect.cut(parent.seen)
    role = source.get_role_name()
    interfaces = source.get_interfaces()
    text = Atspi.Text.get_text(source, 0, -1) if "Text" in interfaces else ""
    if role == "spin button" and "Value" in interfaces:
        text = f"{Atspi.Value.get_current_value(source):g}"
    element = Element(role, source.get_name() or "", source.get_description() or "", text or "", rect, seen,
                      states.contains(Atspi.StateType.SENSITIVE),
                      " ".join(name for state, name in STATES.items() if states.contains(state)), parent)
    for index in range(source.get_child_count()):
        child = source.get_child_at_index(index)
        found = read(child, element) if child is not None else None
        if found is not None:
            element.children.append(found)
    return element


def window():
    """The program's window as it is now."""
    desktop = Atspi.get_desktop(0)
    desktop.set_cache_mask(Atspi.Cache.NONE)
    for index in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(index)
        if program is None or program.get_name() != "coracle":
            continue
        program.set_cache_mask(Atspi.Cache.NONE)
        for number in range(program.get_child_count()):
            found = read(program.get_child_at_index(number), None)
            if found is not None and not found.rect.empty():
                return found
    raise Missing("the program has no window on the accessibility bus")


def describe(element, depth=0):
    lines = []
    for each in element.children if depth == 0 else [element]:
        rect = each.seen
        said = f" = {each.text!r}" if each.text and each.text != each.name else ""
        more = f" ({each.description})" if each.description else ""
        flags = ("" if each.enabled else " disabled") + (f" {each.states}" if each.states else "")
        lines.append(f"{'  ' * depth}{each.role} {each.name!r}{said}{more}{flags}"
                     f" {rect.width}x{rect.height}+{rect.x}+{rect.y}")
        for child in each.children:
            lines += describe(child, depth + 1)
    return lines


def stage(root):
    """What can be pressed now: the uppermost dialog or menu, else everything."""
    covers = [each for each in root.walk() if each.role in ("dialog", "popup menu") and not each.seen.empty()]
    return covers[-1] if covers else root


def find(root, role, name, inside=None):
    """The one element of this role and name."""
    area = find(root, *inside) if inside else root
    found = [each for each in area.walk() if each.role in ROLES[role] and fnmatch.fnmatchcase(each.name, name)]
    # An element that only wraps another one of the same name is the same to a user.
    found = [each for each in found if not any(other is not each and other.within(each) for other in found)]
    if not found:
        raise Missing(f"no {role} {name!r}" + (f" in {inside[0]} {inside[1]!r}" if inside else ""))
    if len(found) > 1:
        raise Missing(f"{len(found)} elements of role {role} are called {name!r}: they can't be told apart")
    return found[0]


def until(what, step):
    """Repeats a step until it no longer raises Missing; returns what it returns."""
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            return step()
        except (Missing, GLib.Error) as error:
            if time.monotonic() > end:
                raise SystemExit(failure(f"{what}: {error}")) from None
        time.sleep(0.05)


def failure(message):
    try:
        shown = "\n".join(describe(window()))
    except (Missing, GLib.Error) as error:
        shown = str(error)
    picture = os.environ.get("GUI_FAILURE")
    if picture:
        subprocess.run(["import", "-window", "root", f"png:{picture}"], check=False)
        message += f" (picture: {picture})"
    return f"{shown}\n{message}"


def xdotool(*arguments):
    subprocess.run(["xdotool", *arguments], check=True, stderr=subprocess.DEVNULL)


def scroll_to(element):
    """One turn of the wheel towards an element that is outside of what is visible of its list or page."""
    area = element.parent
    while area is not None and (area.rect.empty() or not element.rect.cut(area.seen).empty()):
        area = area.parent
    area = area or element.parent
    x, y = area.seen.middle()
    down = element.rect.middle()[1] > y
    xdotool("mousemove", str(x), str(y), "click", WHEEL_DOWN if down else WHEEL_UP)


def settled(role, name, inside=None):
    """The element, in view, enabled, and no longer moving."""
    element = find(stage(window()), role, name, inside)
    if element.rect.empty():
        raise Missing(f"{role} {name!r} has no size")
    if not element.enabled:
        raise Missing(f"{role} {name!r} is disabled")
    if element.seen.height < min(element.rect.height, 24) or element.seen.width < min(element.rect.width, 24):
        scroll_to(element)
        raise Missing(f"{role} {name!r} is out of view")
    again = find(stage(window()), role, name, inside)
    if again.seen != element.seen:
        raise Missing(f"{role} {name!r} moves")
    return again


def press(element):
    x, y = element.seen.middle()
    xdotool("mousemove", str(x), str(y), "click", "1")


def clicks(role, name, *inside):
    place = tuple(inside[1:]) if inside else None
    press(until(f"clicks {role} {name!r}", lambda: settled(role, name, place)))


def types(text, *into):
    if not into:
        xdotool("type", "--delay", "20", text)
        return
    name = into[1]
    press(until(f"types into {name!r}", lambda: settled("field", name)))

    def focused():
        if "focused" not in " ".join(each.states for each in find(stage(window()), "field", name).walk()):
            raise Missing(f"the field {name!r} has no focus")

    until(f"types into {name!r}", focused)
    xdotool("key", "--delay", "40", "ctrl+a", "BackSpace")
    xdotool("type", "--delay", "20", text)

    def stands_there():
        now = find(stage(window()), "field", name)
        said = now.text or "".join(each.text for each in now.walk())
        if now.role != "password text" and said != text:
            raise Missing(f"{said!r} stands in the field {name!r}, not {text!r}")

    until(f"types {text!r} into {name!r}", stands_there)


def chooses(text, _, name):
    press(until(f"opens {name!r}", lambda: settled("combo", name)))
    press(until(f"chooses {text!r}", lambda: settled("item", text)))

    def chosen():
        now = find(stage(window()), "combo", name)
        if text not in "\n".join(each.says() for each in now.walk()):
            raise Missing(f"{name!r} does not show {text!r}")

    until(f"chooses {text!r} in {name!r}", chosen)


def presses(*keys):
    xdotool("key", "--delay", "40", *keys)


def opens(text):
    xdotool("key", "ctrl+k")
    until("opens the search", lambda: find(window(), "dialog", "Search"))
    xdotool("type", "--delay", "20", text)

    def found():
        first = next((each for each in stage(window()).walk() if each.role in ROLES["item"]), None)
        if first is None or not first.name.startswith(text):
            raise Missing(f"the first thing found is {first.name if first else None!r}")

    until(f"finds {text!r}", found)
    xdotool("key", "Return")

    def closed():
        if any(each.role == "dialog" and each.name == "Search" for each in window().walk()):
            raise Missing("the search is still open")

    until(f"opens {text!r}", closed)


def sees(*texts):
    for text in texts:
        def visible():
            if not any(text in each.says() for each in window().walk()):
                raise Missing("it is not to be seen")

        until(f"sees {text!r}", visible)


def misses(*texts):
    for text in texts:
        def hidden():
            if any(text in each.says() for each in window().walk()):
                raise Missing("it is still to be seen")

        until(f"misses {text!r}", hidden)


def finds(role, name, *inside):
    place = tuple(inside[1:]) if inside else None
    until(f"finds {role} {name!r}", lambda: find(stage(window()), role, name, place))


def tells():
    print("\n".join(describe(until("looks", window))))


def saves(path):
    """A picture once two reads of the tree in a row are the same."""
    def still():
        first = describe(window())
        time.sleep(0.1)
        if describe(window()) != first:
            raise Missing("something moves")

    until("saves a picture", still)
    subprocess.run(["import", "-window", "root", f"png:{path}"], check=True)


STEPS = {step.__name__: step
         for step in (clicks, types, chooses, presses, opens, sees, misses, finds, tells, saves)}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in STEPS:
        sys.exit(__doc__)
    Atspi.init()
    Atspi.set_timeout(5000, 5000)
    STEPS[sys.argv[1]](*sys.argv[2:])
