import Foundation
import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import TapestryTape

/// One step of each of some workloads in the trace event format that Chrome and Perfetto show: a process a workload, a
/// thread a thread, an event for each time an instruction runs.
struct StepTrace {
  /// An event with the letters the format has for its parts; times in microseconds.
  private struct Event: Encodable {
    let name: String
    var cat: String?
    let ph: String
    var ts: Double?
    var dur: Double?
    let pid: Int
    let tid: Int
    let args: [String: String]
  }

  private struct File: Encodable {
    let displayTimeUnit = "ns"
    var traceEvents: [Event] = []
  }

  private var file = File()

  /// Adds a step of a workload, recorded after some that warm up.
  ///
  /// - Parameter threads: nil for one a core.
  /// - Throws: what compiling and running throw.
  mutating func add(_ model: CatalogueModel, threads: Int?) throws(TapestryError) {
    let program = model.program(ProgramOptions(threads: threads))
    let tape = try program.compiled(for: model.feeds).tape
    let state = try program.initialState(seed: 1, feeds: model.feeds)
    let number = file.traceEvents.count { $0.name == "process_name" }
    file.traceEvents.append(Event(name: "process_name", ph: "M", pid: number, tid: 0, args: ["name": model.name]))
    for event in try program.record(state, model.feeds, after: 5) {
      let instruction = tape.instructions[event.instruction]
      let origin = tape.origins[event.instruction]
      file.traceEvents.append(
        Event(
          name: tape.labels[event.instruction], cat: tape.name(of: instruction.routine), ph: "X",
          ts: Double(event.begin) / 1000, dur: Double(event.end - event.begin) / 1000, pid: number, tid: event.thread,
          args: [
            "instruction": "\(event.instruction)", "layer": origin?.scope ?? "",
            "phase": (origin?.phase ?? .forward).rawValue, "flops": "\(instruction.flops)",
          ]))
    }
  }

  /// The trace as JSON: the same order of keys in every run.
  private var json: Foundation.Data {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return try encoder.encode(file)
    }
  }

  /// Writes the trace.
  ///
  /// - Throws: `invalidFile` where the file cannot be written.
  func write(to path: String) throws(TapestryError) {
    do {
      try json.write(to: URL(fileURLWithPath: path))
    } catch {
      throw TapestryError(
        .invalidFile, "the trace '\(path)' cannot be written: \(error.localizedDescription)",
        remedy: "name a file in a folder that can be written")
    }
  }
}
