"""The image's file system, made without a container engine from what the last stage of deploy/Dockerfile copies. The Dockerfile is the
only list: what it does not copy is not there."""

import pathlib
import shlex
import shutil
import subprocess
import tarfile
import tempfile

from installation import DEPLOY

DOCKERFILE = DEPLOY / "Dockerfile"
BUILT = "/source/target/release/order-service"


class Image:
    """What the last stage says."""

    def __init__(self, text):
        stages = text.split("\nFROM ")[1:]
        lines = [line for line in stages[-1].splitlines() if line and not line.startswith("#")]
        self.base = lines[0].strip()
        self.copies, self.user, self.exposed, self.entrypoint = [], None, set(), []
        for line in lines[1:]:
            word, _, rest = line.partition(" ")
            match word:
                case "COPY":
                    source, *paths = shlex.split(rest)
                    if source != "--from=build" or len(paths) != 2:
                        raise SystemExit(f"deploy/Dockerfile: `{line}` is not read here: COPY --from=build FROM TO")
                    self.copies.append(tuple(paths))
                case "USER":
                    self.user = tuple(int(part) for part in rest.split(":"))
                case "EXPOSE":
                    self.exposed = set(rest.split())
                case "ENTRYPOINT":
                    self.entrypoint = shlex.split(rest.strip("[]").replace(",", " "))
                case "CMD":
                    pass
                case _:
                    raise SystemExit(f"deploy/Dockerfile: `{line}` is not read here")

    def assemble(self, program, root):
        """The tree, with our own release build for the one of the image. The other files are this system's, as the build's are
        those of its Debian."""
        for source, target in self.copies:
            place = root / target.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(program if source == BUILT else source, place)

    def faults(self, program, root):
        if self.base != "scratch":
            yield f"the last stage is made from {self.base}: what is in there is not looked at here"
        if not self.user or 0 in self.user:
            yield "USER is root, or no number"
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        needed = {part for line in listed.splitlines() for part in line.split() if part.startswith("/")}
        copied = {source for source, _ in self.copies}
        for library in sorted(needed - copied):
            yield f"the program needs {library}, which is not copied"
        for library in sorted(source for source in copied - needed if ".so" in source):
            yield f"{library} is copied, and the program does not need it"
        content = pathlib.Path(root, self.entrypoint[0].lstrip("/")).read_bytes()
        for word in (b"ORDER_SERVICE_PROBE", b"ORDER_SERVICE__SIMULATOR", b"mollie-simulator", b"planted"):
            if word in content:
                yield f"the program has {word.decode()} in it: it is no build without `dev`"


def read():
    return Image(DOCKERFILE.read_text())


def size(root):
    """In bytes: unpacked, and as a registry keeps it and a node pulls it."""
    with tempfile.TemporaryFile() as kept:
        with tarfile.open(fileobj=kept, mode="w:gz", compresslevel=6) as layer:
            layer.add(root, arcname=".")
        packed = kept.tell()
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file()), packed
