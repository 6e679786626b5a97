import TapestryGraph

// The arena as text and as a drawing: one line a block, by offset, with a mark for each wave it is in use.
//
//     arena 53248 bytes, 12 waves; 51200 bytes alive in wave 4, the peak; 98304 bytes in all values
//     offset  bytes  waves
//     0       16384  ..####......  dot and 2 more in mlp/hidden
//     16384    4096  ....##......  dot in mlp/logits, then multiply (gradient)
//     alive at the peak:
//       16384 bytes: dot and 2 more in mlp/hidden

extension GraphStore {
  /// The values that take turns in a block of the arena, in a few words.
  package func label(of block: MemoryPlan.Block) -> String {
    guard !block.values.isEmpty else { return "work space" }
    return block.values.map { label(of: [Int($0.node)]) }.joined(separator: ", then ")
  }
}

extension CompiledProgram {
  /// Blocks in the order they are shown: by place, then by time.
  var shownBlocks: [MemoryPlan.Block] {
    memory.blocks.sorted { ($0.offset, $0.waves.lowerBound) < ($1.offset, $1.waves.lowerBound) }
  }

  var memorySummary: String {
    "arena \(memory.arenaBytes) bytes, \(memory.waveCount) waves; \(memory.liveBytes) bytes alive in wave "
      + "\(memory.peakWave), the peak; \(memory.valueBytes) bytes in all values"
  }

  /// The memory plan as text.
  var memoryText: String {
    let blocks = shownBlocks
    let width = (blocks.map { String($0.offset + $0.byteCount).count } + [6]).max() ?? 6
    func column(_ value: some CustomStringConvertible) -> String {
      String(repeating: " ", count: max(0, width - value.description.count)) + value.description
    }
    let waves = "waves" + String(repeating: " ", count: max(0, memory.waveCount - 5))
    var text = memorySummary + "\n\(column("offset"))  \(column("bytes"))  \(waves)  values\n"
    for block in blocks {
      let marks = (0..<memory.waveCount).map { block.waves.contains($0) ? "#" : "." }.joined()
      let padded = marks + String(repeating: " ", count: max(0, 5 - marks.count))
      text += "\(column(block.offset))  \(column(block.byteCount))  \(padded)  \(optimized.store.label(of: block))\n"
    }
    text += "alive at the peak:\n"
    for block in memory.aliveAtPeak { text += "  \(block.byteCount) bytes: \(optimized.store.label(of: block))\n" }
    return text
  }

  /// The memory plan as a DOT file: a table, a row a block, a column a wave, the peak in red.
  var memoryDrawing: String {
    var out = DOTText()
    out.begin("memory")
    var rows = "<tr><td colspan=\"\(memory.waveCount + 3)\" border=\"0\">\(xmlEscaped(memorySummary))</td></tr>"
    let waves = (0..<memory.waveCount).map {
      "<td bgcolor=\"\($0 == memory.peakWave ? "#ef9a9a" : "#eceff1")\">\($0)</td>"
    }
    rows += "<tr><td>offset</td><td>bytes</td>\(waves.joined())<td align=\"left\">values</td></tr>"
    for block in shownBlocks {
      rows += "<tr><td align=\"right\">\(block.offset)</td><td align=\"right\">\(block.byteCount)</td>"
      for wave in 0..<memory.waveCount {
        let isAlive = block.waves.contains(wave)
        let color = !isAlive ? "#ffffff" : wave == memory.peakWave ? "#e53935" : "#64b5f6"
        rows += "<td bgcolor=\"\(color)\"></td>"
      }
      rows += "<td align=\"left\">\(xmlEscaped(oneLine(optimized.store.label(of: block)).shortened(to: 100)))</td></tr>"
    }
    out.add("memory [shape=plain, label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\">\(rows)</table>>];")
    out.close()
    return out.text
  }
}
