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
  ///   - frozen: parameters that stay as they are, such as `["trunk", "**/bias"]`; see ``ParameterPaths``.
  public func minimize(
    _ loss: Tensor, with optimizer: Optimizer, freezing frozen: ParameterPaths = [], file: StaticString = #fileID,
    line: UInt = #line
  ) {
    graph.minimize(loss, with: optimizer, freezing: frozen, file: file, line: line)
  }

  /// Makes a loss smaller by moving the parameters of one scope that it depends on, as of one player of a game.
  ///
  /// - Parameters:
  ///   - scope: where the parameters live; those elsewhere stay as they are.
  ///   - frozen: parameters in there that stay as they are, too.
  public func minimize(
    _ loss: Tensor, over scope: Scope, with optimizer: Optimizer, freezing frozen: ParameterPaths = [],
    file: StaticString = #fileID, line: UInt = #line
  ) {
    graph.minimize(loss, over: .within(scope), with: optimizer, freezing: frozen, file: file, line: line)
  }

  /// Makes a loss smaller by moving the parameters of some paths that it depends on.
  ///
  /// One call for each group of parameters gives each an optimizer of its own; all gradients are those before the steps.
  ///
  /// ```swift
  /// t.minimize(cost, over: ["trunk"], with: .sgd(learningRate: 1e-3))          // its rate is at trunk/optimizer/rate
  /// t.minimize(cost, over: ["head", "**/bias"], with: .adam())                 // optimizer/rate
  /// ```
  ///
  /// - Parameter paths: what is moved. Where one scope is named in full, the optimizer keeps its rate in there.
  public func minimize(
    _ loss: Tensor, over paths: ParameterPaths, with optimizer: Optimizer, freezing frozen: ParameterPaths = [],
    file: StaticString = #fileID, line: UInt = #line
  ) {
    graph.minimize(loss, over: .matching(paths), with: optimizer, freezing: frozen, file: file, line: line)
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
