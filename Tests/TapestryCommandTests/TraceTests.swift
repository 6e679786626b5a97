import Foundation
import TapestryCommand
import TapestryCompiler
import TapestryNN
import TapestryTape
import Testing

@Suite struct TraceTests {
  private struct File: Decodable {
    let traceEvents: [Event]
  }

  private struct Event: Decodable {
    let name: String
    let ph: String
    let ts: Double?
    let dur: Double?
    let pid: Int
    let tid: Int
    let args: [String: String]
  }

  @Test(arguments: [1, 2]) func aStepOfEachWorkload(_ threads: Int) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: path) }
    let run = Transcript("bench", "--only", "mlp_tiny,lstm", "--threads", "\(threads)", "--trace", path.path)
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty)
    let events = try JSONDecoder().decode(File.self, from: Data(contentsOf: path)).traceEvents
    #expect(events.filter { $0.ph == "M" }.map { $0.args["name"] } == ["mlp_tiny", "lstm"])
    for (process, name) in ["mlp_tiny", "lstm"].enumerated() {
      let tape = try #require(Workload.all.first { $0.name == name }).compiled().tape
      let own = events.filter { $0.pid == process && $0.ph == "X" }
      #expect(Set(own.map(\.tid)).isSubset(of: Set(0..<threads)))
      var seen = [Int](repeating: 0, count: tape.instructions.count)
      for event in own {
        let index = try #require(event.args["instruction"].flatMap { Int($0) })
        #expect(event.name == tape.labels[index])
        seen[index] += 1
      }
      if threads == 1 { #expect(seen == tape.runs) } else { #expect(!seen.contains(0)) }
      for thread in 0..<threads {
        let times = own.filter { $0.tid == thread }.map { ($0.ts ?? -1, ($0.ts ?? -1) + ($0.dur ?? -1)) }
        // Microseconds of whole nanoseconds, so sums are off by rounding alone.
        #expect(zip(times, times.dropFirst()).allSatisfy { $0.1 <= $1.0 + 1e-6 } && times.allSatisfy { $0.0 >= 0 })
      }
    }
  }

  @Test func aFolderThatIsNotThereIsAnError() {
    let run = Transcript("bench", "--only", "mlp_tiny", "--trace", "/nowhere/at/all.json")
    #expect(run.status == 1 && run.errors.contains("the trace '/nowhere/at/all.json' cannot be written"))
  }
}
