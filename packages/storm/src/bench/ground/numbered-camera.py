#!/usr/bin/python3
"""A street camera for the benchmarks: GStreamer's RTSP server over a moving scene in which every picture is numbered.

One encoder serves everybody who watches, as in a real camera. For every picture it prints "NUMBER SECONDS": its number,
counted from 0, and the time since 1970 at which it is handed to the encoder. It prints "ready PORT" when it listens, on
127.0.0.1 alone, and ends when its standard input does.

Needs Debian's python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good
gstreamer1.0-plugins-ugly gstreamer1.0-plugins-bad.
"""
import argparse
import random
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__)
for name in ["width", "height", "fps", "kilobits", "key-frame-every", "square", "number-bits", "check-bits"]:
    parser.add_argument(f"--{name}", type=int, required=True)
# Without them it moves always. In between the scene is still, and carries no number.
parser.add_argument("--moves-every", type=int, default=0, help="pictures from one move to the next")
parser.add_argument("--moves-for", type=int, default=0, help="pictures that a move lasts")
parser.add_argument("--moves-from", type=int, default=0, help="the first picture of a move")
options = parser.parse_args()

WIDTH, HEIGHT, SQUARE = options.width, options.height, options.square
LUMA_BYTES = WIDTH * HEIGHT
BLACK, WHITE = 24, 228
CHROMA = bytes([128]) * (LUMA_BYTES // 2)
chance = random.Random(2026)
# Gravel and leaves: what a key frame has to say much about.
ROUGH = bytes(96 + level // 10 for level in range(256))
TEXTURE = chance.randbytes(LUMA_BYTES).translate(ROUGH)


def fill(picture, left, top, width, height, light):
    """A rectangle of one light, or of the lines of `light`."""
    left, right = max(0, left), min(WIDTH, left + width)
    if left >= right:
        return
    for y in range(max(0, top), min(HEIGHT, top + height)):
        start = y * WIDTH
        picture[start + left : start + right] = bytes([light]) * (right - left)


def street():
    """Walls, windows and a road."""
    picture = bytearray(TEXTURE)
    for _ in range(40):
        left, top = chance.randrange(WIDTH), HEIGHT // 8 + chance.randrange(HEIGHT // 2)
        size = WIDTH // 40 + chance.randrange(WIDTH // 10), HEIGHT // 36 + chance.randrange(HEIGHT // 9)
        fill(picture, left, top, *size, 50 + chance.randrange(150))
    return bytes(picture)


STREET = street()


def squares_of(number):
    """A line of the picture on which the number stands: bits as squares, the lowest first, then their check."""
    told = number & ((1 << options.number_bits) - 1)
    check = ((told ^ told >> 4 ^ told >> 8) * 7 + 5) & ((1 << options.check_bits) - 1)
    told |= check << options.number_bits
    bits = options.number_bits + options.check_bits
    return b"".join(bytes([WHITE if told >> bit & 1 else BLACK]) * SQUARE for bit in range(bits))


def draw(number):
    picture = bytearray(STREET)
    if options.moves_every and (number - options.moves_from) % options.moves_every >= options.moves_for:
        return bytes(picture) + CHROMA
    # Somebody walks, a car passes, and the number counts.
    fill(picture, number * WIDTH // 480 % WIDTH, HEIGHT // 2, WIDTH // 20, HEIGHT * 5 // 18, 190)
    fill(picture, number * WIDTH // 64 % (2 * WIDTH) - WIDTH // 5, HEIGHT * 7 // 10, WIDTH // 5, HEIGHT // 7, 60)
    line = squares_of(number)
    for y in range(SQUARE):
        picture[y * WIDTH : y * WIDTH + len(line)] = line
    return bytes(picture) + CHROMA


Gst.init(None)
# x264 as street cameras encode: no B-frames, a steady rate, a key frame every so often. An encoder that does not keep up
# leaves pictures out, as a camera does, and does not let them wait.
LAUNCH = (
    "( appsrc name=scene is-live=true format=time do-timestamp=true max-buffers=1 leaky-type=downstream "
    f"caps=video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={options.fps}/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast threads=1 sliced-threads=false option-string=scenecut=0 "
    f"bitrate={options.kilobits} key-int-max={options.key_frame_every} "
    "! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )"
)
scene = None


def begin(_factory, media):
    global scene
    mine = scene = media.get_element().get_by_name("scene")

    def end(_media):
        global scene
        if scene is mine:
            scene = None

    media.connect("unprepared", end)


def run():
    """Draws each picture ahead, and hands it over when its time has come, whether somebody watches or not."""
    started = time.monotonic()
    number = 0
    while True:
        picture = draw(number)
        time.sleep(max(0, started + number / options.fps - time.monotonic()))
        taker = scene
        print(number, time.time(), flush=True)
        if taker is not None:
            taker.emit("push-buffer", Gst.Buffer.new_wrapped(picture))
        number += 1


server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(LAUNCH)
factory.set_shared(True)
factory.connect("media-configure", begin)
server.get_mount_points().add_factory("/cam", factory)
if server.attach(None) == 0:
    sys.exit("could not listen")

loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
print("ready", server.get_bound_port(), flush=True)
threading.Thread(target=run, daemon=True).start()
loop.run()
