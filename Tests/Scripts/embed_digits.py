#!/usr/bin/env python3
"""Writes Sources/TapestryData/Embedded/DigitsText.swift from digits.csv.

usage: embed_digits.py digits.csv > Sources/TapestryData/Embedded/DigitsText.swift

An image is 65 characters: its 64 pixels row by row, 'a' for 0 to 'q' for 16, then its label as a digit.
The totals it prints to standard error are those that DigitsTests expects.
"""
import csv
import sys

IMAGES_PER_LINE = 20

with open(sys.argv[1], newline="") as file:
    rows = [[int(field) for field in row] for row in list(csv.reader(file))[1:]]
assert all(len(row) == 65 and all(0 <= p <= 16 for p in row[:64]) and 0 <= row[64] <= 9 for row in rows)
images = ["".join(chr(ord("a") + p) for p in row[:64]) + str(row[64]) for row in rows]

print("""// swift-format-ignore-file
// Written by Tests/Scripts/embed_digits.py; do not edit.
//
// The test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, from the UCI Machine
// Learning Repository (1998, doi 10.24432/C50P49), licence CC BY 4.0 (creativecommons.org/licenses/by/4.0).
// Changed: written as one character a pixel.

/// 1,797 images of 8 by 8 pixels: 64 letters from a (0) to q (16) and the label as a digit; line breaks mean nothing.
let digitsText: StaticString = \"\"\"""")
for start in range(0, len(images), IMAGES_PER_LINE):
    print("  " + "".join(images[start:start + IMAGES_PER_LINE]))
print('  """')

histogram = [sum(row[64] == label for row in rows) for label in range(10)]
weighted = sum((place + 1) * (row[64] + 1) * sum((i + 1) * p for i, p in enumerate(row[:64])) for place, row in enumerate(rows))
print(f"rows {len(rows)}, pixels sum to {sum(sum(row[:64]) for row in rows)}, labels {histogram}, "
      f"weighted sum {weighted}", file=sys.stderr)
