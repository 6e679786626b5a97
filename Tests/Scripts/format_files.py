#!/usr/bin/env python3
"""Writes the files of Tests/Fixtures/Formats with Python's own libraries, or reads files Tapestry wrote.

usage: format_files.py write FOLDER     writes the files the tests read (numpy, safetensors, gzip)
       format_files.py check FOLDER     reads written.npy, written.npz and written.safetensors, each with the arrays
                                        of `arrays()`, and compares every element

Needs numpy 2 and safetensors. The values are those of FormatFixture.swift.
"""
import gzip
import pathlib
import struct
import sys

import numpy
import safetensors
import safetensors.numpy


def arrays():
    return {
        "layer/weight": (numpy.arange(6, dtype=numpy.float32) * 0.5 - 1).reshape(2, 3),
        "layer/bias": numpy.array([1.5, -0.25, 1e300]),
        "steps": numpy.array(7, dtype=numpy.int32),
        "mask": numpy.array([[True, False], [False, True]]),
        "none": numpy.zeros((0, 5), dtype=numpy.float32),
    }


def long_content():
    return bytes((i * i // 7) % 251 for i in range(40000))


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    ramp = numpy.arange(24, dtype=numpy.int32).reshape(2, 3, 4) - 12
    numpy.save(folder / "float32.npy", arrays()["layer/weight"])
    numpy.save(folder / "float64.npy", arrays()["layer/bias"])
    numpy.save(folder / "int32.npy", ramp)
    numpy.save(folder / "bool.npy", arrays()["mask"])
    numpy.save(folder / "scalar.npy", arrays()["steps"])
    numpy.save(folder / "empty.npy", arrays()["none"])
    numpy.save(folder / "big_endian.npy", ramp.astype(">i4"))
    numpy.save(folder / "fortran.npy", numpy.asfortranarray(ramp))
    numpy.save(folder / "float16.npy", numpy.array([0, 1, -2.5, 65504, 2**-24, 2**-14, numpy.inf], dtype=numpy.float16))
    numpy.save(folder / "int64.npy", ramp.astype(numpy.int64))
    for version in [(2, 0), (3, 0)]:
        with open(folder / f"version{version[0]}.npy", "wb") as file:
            numpy.lib.format.write_array(file, ramp, version=version)
    numpy.savez(folder / "stored.npz", **arrays())
    numpy.savez_compressed(folder / "deflated.npz", ramp=numpy.arange(3000, dtype=numpy.int32) % 97, **arrays())
    safetensors.numpy.save_file(arrays(), folder / "tensors.safetensors", {"note": "a \"quoted\" é\n"})
    safetensors.numpy.save_file({"short": numpy.zeros(2, dtype=numpy.uint16)}, folder / "uint16.safetensors")
    for level in [0, 1, 9]:
        (folder / f"long{level}.gz").write_bytes(gzip.compress(long_content()[: 600 if level == 0 else None], level, mtime=0))
    (folder / "short.gz").write_bytes(gzip.compress(b"tapestry tapestry", 9, mtime=0))
    with open(folder / "named.gz", "wb") as file, gzip.GzipFile("a name", "wb", 9, file, mtime=0) as member:
        member.write(b"tapestry")
    images = struct.pack(">IIII", 0x803, 3, 2, 2) + bytes([0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6])
    labels = struct.pack(">II", 0x801, 3) + bytes([7, 0, 9])
    (folder / "images.idx").write_bytes(images)
    (folder / "labels.idx").write_bytes(labels)
    (folder / "images.idx.gz").write_bytes(gzip.compress(images, 9, mtime=0))
    # A bomb behind a header that declares 1,100 bytes in all, and a header that declares 2^40 before 4,000.
    bomb = struct.pack(">III", 0x802, 4, 272) + bytes(4_000_000)
    (folder / "bomb.idx.gz").write_bytes(gzip.compress(bomb, 9, mtime=0))
    claim = struct.pack(">IIII", 0x803, 1024, 32768, 32768) + bytes(4000)
    (folder / "claim.idx.gz").write_bytes(gzip.compress(claim, 9, mtime=0))
    image = bytes([3]) + bytes(i % 32 for i in range(1024)) + bytes(i // 32 for i in range(1024)) + bytes([255]) * 1024
    (folder / "cifar.bin.gz").write_bytes(gzip.compress(image, 9, mtime=0))
    (folder / "doubles.idx").write_bytes(struct.pack(">II2d", 0xE01, 2, 1.5, -2))
    (folder / "shorts.idx").write_bytes(struct.pack(">II2h", 0xB01, 2, 300, -300))


def check(folder):
    expected = arrays()
    one = numpy.load(folder / "written.npy")
    assert one.dtype == expected["layer/weight"].dtype and numpy.array_equal(one, expected["layer/weight"])
    with safetensors.safe_open(folder / "written.safetensors", "numpy") as file:
        print("metadata", file.metadata())
    for name, found in [
        ("npz", dict(numpy.load(folder / "written.npz"))),
        ("safetensors", safetensors.numpy.load_file(folder / "written.safetensors")),
    ]:
        assert found.keys() == expected.keys(), (name, found.keys())
        for key, array in expected.items():
            assert found[key].dtype == array.dtype and found[key].shape == array.shape, (name, key)
            assert numpy.array_equal(found[key], array), (name, key)
        print(name, "equal:", ", ".join(sorted(found)))


{"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
