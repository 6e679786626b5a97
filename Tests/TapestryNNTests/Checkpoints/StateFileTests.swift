import Foundation
import TapestryCompiler
import TapestryCore
import TapestryData
import TapestryNN
import Testing

@Suite struct StateFileTests {
  private let state = ModelState([
    "mlp/weight": NDArray([1.5, -2] as [Float]), "mlp/weight/adam/m": NDArray([0.5] as [Double]),
    "optimizer/step": NDArray(Int32(3)), "mask": NDArray([true, false]),
  ])

  @Test(arguments: ["a.safetensors", "a.npz", "a.b.NPZ"]) func aStateIsReadBack(name: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/" + name
      try ModelState(["old": NDArray(Float(1))]).write(to: path)
      try state.write(to: path)
      #expect(try ModelState(contentsOf: path) == state)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [name])
    }
  }

  @Test(arguments: [
    ("model.npy", "call it '.safetensors' or '.npz'; did you mean '.npz'?"),
    ("dir.npz/model", "call it '.safetensors' or '.npz'"),
    ("", "call it '.safetensors' or '.npz'"),
  ]) func anotherExtensionIsRefused(path: String, remedy: String) {
    let written = #expect(throws: TapestryError.self) { try state.write(to: path) }
    let read = #expect(throws: TapestryError.self) { try ModelState(contentsOf: path) }
    #expect(written == read)
    #expect(read?.message == "'\(path)' has no extension of a state file")
    #expect(read?.remedy == remedy)
  }

  @Test func aMissingFileIsAnError() {
    let error = #expect(throws: TapestryError.self) { try ModelState(contentsOf: "none/there.npz") }
    #expect(error?.message == "'none/there.npz' cannot be read")
  }
}
