public import TapestryCompiler
public import TapestryGraph

extension Tracing {
  /// Makes a loss smaller by moving every trainable parameter it depends on: one step of the optimizer at each run.
  ///
  /// What is traced afterwards reads the parameters after the step. An evaluation leaves the step out. A loss that is
  /// no scalar, or that no parameter influences, is a diagnostic of the program.
  ///
  /// - Parameters:
  ///   - loss: a float scalar.
  ///   - optimizer: the rule; what it remembers is state, see ``Optimizer``.
  public func minimize(
    _ loss: Tensor, with optimizer: Optimizer, file: StaticString = #fileID, line: UInt = #line
  ) {
    graph.minimize(loss, with: optimizer, file: file, line: line)
  }

  /// Makes a loss smaller by moving the parameters of one scope that it depends on, as of one player of a game.
  ///
  /// - Parameter scope: where the parameters live; those elsewhere stay as they are.
  public func minimize(
    _ loss: Tensor, over scope: Scope, with optimizer: Optimizer, file: StaticString = #fileID, line: UInt = #line
  ) {
    graph.minimize(loss, over: .within(scope), with: optimizer, file: file, line: line)
  }

  /// Makes a loss smaller by moving the parameters listed, and no others.
  ///
  /// - Parameter parameters: what `scope.parameter` gave. One the loss does not depend on, or only through
  ///   `stopGradient` and the like, is a diagnostic of the program.
  public func minimize(
    _ loss: Tensor, over parameters: [Tensor], with optimizer: Optimizer, file: StaticString = #fileID,
    line: UInt = #line
  ) {
    graph.minimize(loss, over: .listed(parameters), with: optimizer, file: file, line: line)
  }
}
