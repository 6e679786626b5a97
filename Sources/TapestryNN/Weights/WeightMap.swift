/// Which parameters the weights of another library become, and how.
///
/// ```swift
/// let map: WeightMap = [
///   .convolution2D("conv1", as: "cnn/conv1"),                                  // conv1.weight, conv1.bias
///   .dense("fc1", as: "cnn/hidden", flattening: [7, 7, 64]),
///   WeightMap("head.scale", as: "cnn/scale"),                                  // one array
///   .unused("classifier"),
/// ]
/// try state.load(from: ModelState(contentsOf: "cnn.safetensors"), through: map)
/// ```
///
/// A map is a list of maps; the smallest is that of one parameter. Those of whole layers know the names PyTorch gives.
public struct WeightMap: Sendable, ExpressibleByArrayLiteral {
  /// What one parameter is made of.
  struct Entry: Sendable {
    let names: [String]
    let path: String
    let transform: WeightTransform
  }

  let entries: [Entry]
  /// Names, and beginnings of names up to a dot, that may be in the weights without being used.
  let unusedNames: [String]

  /// The map of one parameter made of one array.
  ///
  /// - Parameters:
  ///   - name: what the array is called.
  ///   - path: the parameter's path.
  ///   - transform: what is done to the array.
  public init(_ name: String, as path: String, _ transform: WeightTransform = .same) {
    self.init([name], as: path, transform)
  }

  /// The map of one parameter made of several arrays.
  ///
  /// - Parameters:
  ///   - names: what the arrays are called.
  ///   - path: the parameter's path.
  ///   - transform: what is made of the arrays in that order.
  public init(_ names: [String], as path: String, _ transform: WeightTransform) {
    entries = [Entry(names: names, path: path, transform: transform)]
    unusedNames = []
  }

  /// All the maps as one.
  public init(arrayLiteral maps: WeightMap...) { self.init(maps) }

  /// All the maps as one.
  public init(_ maps: [WeightMap]) {
    entries = maps.flatMap(\.entries)
    unusedNames = maps.flatMap(\.unusedNames)
  }

  private init(unused name: String) {
    entries = []
    unusedNames = [name]
  }

  /// No parameter: the array of that name, or all whose names begin with it and a dot, may be there and are not used.
  public static func unused(_ name: String) -> WeightMap { WeightMap(unused: name) }

  /// Whether an array may be there without being used.
  func leavesOut(_ name: String) -> Bool {
    unusedNames.contains { name == $0 || name.hasPrefix($0 + ".") }
  }
}
