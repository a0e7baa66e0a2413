#!/usr/bin/python3
"""An independent RTSP camera for the tests: GStreamer's RTSP server over a scene that is black until a ball moves.

The scene follows the frames of each connection and no clock, so that a test sees the same every time. It prints
"ready PORT" when it listens, on 127.0.0.1 alone, and ends when its standard input does.

Needs Debian's python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly
gstreamer1.0-plugins-bad.
"""
import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", default="0")
parser.add_argument("--moves", default="", help="frames in which the ball moves, as FROM-TO,FROM-TO")
parser.add_argument("--codec", choices=["h264", "h264-b-frames", "h265"], default="h264")
parser.add_argument("--audio", choices=["none", "aac", "pcmu"], default="none")
parser.add_argument("--auth", choices=["none", "basic", "digest"], default="none")
parser.add_argument("--user", default="anna")
parser.add_argument("--password", default="secret")
parser.add_argument("--end-after-frames", type=int, default=0)
options = parser.parse_args()

FPS = 15
VIDEO = {
    "h264": f"x264enc tune=zerolatency speed-preset=ultrafast key-int-max={2 * FPS} "
    "! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96",
    "h264-b-frames": f"x264enc speed-preset=ultrafast bframes=3 b-adapt=false rc-lookahead=4 sync-lookahead=0 "
    f"key-int-max={2 * FPS} ! video/x-h264,profile=main ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96",
    "h265": f"x265enc tune=zerolatency speed-preset=ultrafast key-int-max={2 * FPS} "
    "! h265parse config-interval=-1 ! rtph265pay name=pay0 pt=96",
}
TONE = "audiotestsrc is-live=true wave=sine freq=440 volume=0.1 ! audioconvert ! audioresample"
AUDIO = {
    "none": "",
    "aac": f"{TONE} ! audio/x-raw,rate=48000,channels=1 ! voaacenc ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "pcmu": f"{TONE} ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0",
}

Gst.init(None)
SOURCE = f"videotestsrc name=scene is-live=true pattern=black ! video/x-raw,width=640,height=360,framerate={FPS}/1"
LAUNCH = f"( {SOURCE} ! {VIDEO[options.codec]} {AUDIO[options.audio]} )"
MOVES = [tuple(map(int, span.split("-"))) for span in options.moves.split(",") if span]


def follow_scene(_factory, media):
    scene = media.get_element().get_by_name("scene")
    frame = 0

    def next_frame(_pad, _info):
        nonlocal frame
        frame += 1
        moves = any(start <= frame < end for start, end in MOVES)
        scene.set_property("pattern", "ball" if moves else "black")
        if options.end_after_frames and frame >= options.end_after_frames:
            GLib.idle_add(loop.quit)
        return Gst.PadProbeReturn.OK

    scene.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, next_frame)


def authentication():
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if options.auth == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(options.user, options.password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
    return auth


server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(options.port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(LAUNCH)
factory.connect("media-configure", follow_scene)
if options.auth != "none":
    server.set_auth(authentication())
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)
server.get_mount_points().add_factory("/cam", factory)
if server.attach(None) == 0:
    sys.exit("could not listen")

loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
print("ready", server.get_bound_port(), flush=True)
loop.run()
