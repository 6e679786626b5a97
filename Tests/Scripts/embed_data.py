#!/usr/bin/env python3
"""Writes the data sets that come with the library, from the CSV files of the UCI Machine Learning Repository.

usage: embed_data.py digits digits.csv > Sources/TapestryData/Embedded/DigitsText.swift
       embed_data.py breast-cancer breast_cancer.csv > Sources/TapestryData/Embedded/BreastCancerText.swift

An image of the digits is 65 characters: its 64 pixels row by row, 'a' for 0 to 'q' for 16, then its label as a digit.
The breast cancer data are their CSV as it is. The totals printed to standard error are those the tests expect.
"""
import csv
import sys

IMAGES_PER_LINE = 20

kind, path = sys.argv[1:]
with open(path, newline="") as file:
    header, *records = list(csv.reader(file))


def weighted_sum(rows):
    """A sum in which every place counts differently."""
    return sum((place + 1) * (row[-1] + 1) * sum((i + 1) * value for i, value in enumerate(row[:-1]))
               for place, row in enumerate(rows))


def embed(source, changed, comment, name, lines):
    print(f"""// swift-format-ignore-file
// Written by Tests/Scripts/embed_data.py; do not edit.
//
{source}
// Changed: {changed}.

/// {comment}
let {name} = \"\"\"""")
    for line in lines:
        print("  " + line)
    print('  """')


if kind == "digits":
    rows = [[int(field) for field in row] for row in records]
    assert all(len(row) == 65 and all(0 <= p <= 16 for p in row[:64]) and 0 <= row[64] <= 9 for row in rows)
    images = ["".join(chr(ord("a") + p) for p in row[:64]) + str(row[64]) for row in rows]
    embed("""// The test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, from the UCI Machine
// Learning Repository (1998, doi 10.24432/C50P49), licence CC BY 4.0 (creativecommons.org/licenses/by/4.0).""",
          "written as one character a pixel",
          "1,797 images of 8 by 8 pixels: 64 letters from a (0) to q (16) and the label as a digit; "
          "line breaks mean nothing.",
          "digitsText: StaticString",
          ["".join(images[start:start + IMAGES_PER_LINE]) for start in range(0, len(images), IMAGES_PER_LINE)])
    print(f"pixels sum to {sum(sum(row[:64]) for row in rows)}", file=sys.stderr)
elif kind == "breast-cancer":
    rows = [[float(field) for field in row[:-1]] + [int(row[-1])] for row in records]
    assert all(len(row) == 31 and min(row[:30]) >= 0 and row[30] in (0, 1) for row in rows)
    embed("""// "Breast Cancer Wisconsin (Diagnostic)" by W. Wolberg, O. Mangasarian, N. Street and W. Street, from the UCI Machine
// Learning Repository (1993, doi 10.24432/C5DW2B), licence CC BY 4.0 (creativecommons.org/licenses/by/4.0).""",
          "without the number of the patient, the diagnosis last, 1 for benign and 0 for malignant",
          "569 rows of 30 measurements and the diagnosis, as CSV with a header.",
          "breastCancerText",
          [",".join(fields) for fields in [header] + records])
else:
    sys.exit(f"no data set is called '{kind}'")
labels = [row[-1] for row in rows]
print(f"rows {len(rows)}, labels {[labels.count(label) for label in sorted(set(labels))]}, "
      f"weighted sum {weighted_sum(rows)!r}", file=sys.stderr)
