public import TapestryCore

/// A named part of a model: where parameters and state get their paths from.
///
/// The same path is the same variable, so calling a model function twice with one scope shares its parameters.
public struct Scope: Sendable {
  /// The graph its variables are declared in.
  public let graph: Graph
  /// The path of the scope, `""` at the top.
  public let path: String
  /// Where the scope was opened.
  package let place: SourcePlace?

  package init(_ graph: Graph, _ path: String, _ place: SourcePlace?) {
    self.graph = graph
    self.path = path
    self.place = place
  }

  /// The scope of that name inside this one.
  public func callAsFunction(_ name: String, file: StaticString = #fileID, line: UInt = #line) -> Scope {
    Scope(graph, pathOf(name), SourcePlace(file, line))
  }

  /// A trainable variable: the current version of the one at this path, or a new one.
  ///
  /// A second call with another shape or type is a diagnostic that shows both places.
  public func parameter(
    _ name: String, _ shape: Shape, _ initializer: Initializer, dtype: DType = .float32,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    variable(name, TensorType(dtype, shape), initializer, isTrainable: true, SourcePlace(file, line))
  }

  /// A variable that is not trained (running statistics, moments, step counts).
  public func state(
    _ name: String, _ shape: Shape, _ initializer: Initializer = .zeros, dtype: DType = .float32,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    variable(name, TensorType(dtype, shape), initializer, isTrainable: false, SourcePlace(file, line))
  }

  /// Makes the next version of a variable of this scope: what is traced from here on reads `value`.
  ///
  /// A name not declared, or a value of another shape or type, is a diagnostic.
  public func assign(_ name: String, _ value: Tensor, file: StaticString = #fileID, line: UInt = #line) {
    graph.assign(pathOf(name), value, at: SourcePlace(file, line))
  }

  /// A number for the next random op of this scope: the same in every tracing, another for each call.
  package func nextStream() -> UInt64 {
    graph.withStore { store in
      let ordinal = store.effects.streamCounts[path, default: 0]
      store.effects.streamCounts[path] = ordinal + 1
      return RandomStream.identifier(of: "\(path)#\(ordinal)")
    }
  }

  private func pathOf(_ name: String) -> String { path.isEmpty ? name : path + "/" + name }

  private func variable(
    _ name: String, _ type: TensorType, _ initializer: Initializer, isTrainable: Bool, _ caller: SourcePlace
  ) -> Tensor {
    let path = pathOf(name)
    let declared = graph.withStore { $0.effects.place } ?? place ?? caller
    if let known = graph.variable(path) {
      // The type tells two declarations apart, unless only one of them is trained.
      func describe(_ type: TensorType, _ isTrained: Bool) -> String {
        known.isTrainable == isTrainable ? "\(type)" : "\(type) \(isTrained ? "parameter" : "state")"
      }
      if known.type == type, known.isTrainable == isTrainable { return Tensor(graph, known.current) }
      let before = known.declared.map { " at \($0)" } ?? ""
      graph.diagnose(
        TapestryError(
          .conflictingParameter,
          "'\(path)' is declared as \(describe(type, isTrainable)), but as \(describe(known.type, known.isTrainable))\(before)",
          remedy: "give one of the two a scope of its own", at: declared, scope: self.path))
      return Tensor(graph, .poison)
    }
    let negative = OpFault(
      .invalidAttribute, "it is declared with shape \(type.shape)", remedy: "give extents of 0 or more")
    let fault = type.shape.extents.contains { $0 < 0 } ? negative : initializer.fault(type)
    if let fault {
      graph.diagnose(
        TapestryError(fault.code, "'\(path)': \(fault.message)", remedy: fault.remedy, at: declared, scope: self.path))
      return Tensor(graph, .poison)
    }
    let tensor = graph.record(VariableOp(path: path, type: type), in: self.path, at: declared)
    graph.withStore { store in
      store.effects.variableIndex[path] = store.effects.variables.count
      store.effects.variables.append(
        Variable(
          path: path, type: type, initializer: initializer, isTrainable: isTrainable, declared: declared,
          current: tensor.value))
    }
    return tensor
  }
}

extension Graph {
  /// The top scope.
  public func scope(_ name: String, file: StaticString = #fileID, line: UInt = #line) -> Scope {
    Scope(self, name, SourcePlace(file, line))
  }

  /// The variable at a path.
  package func variable(_ path: String) -> Variable? {
    withStore { store in store.effects.variableIndex[path].map { store.effects.variables[$0] } }
  }

  /// Whether a tensor is of this graph; otherwise a diagnostic in both graphs, or in this one where the tensor is of a
  /// scan's step.
  private func owns(
    _ tensor: Tensor, _ deed: String, remedy: String, inStep stepRemedy: String, at place: SourcePlace?
  ) -> Bool {
    if tensor.graph === self { return true }
    let isInBody = tensor.graph.outermost === self
    for graph in isInBody ? [self] : [self, tensor.graph] {
      graph.diagnose(
        TapestryError(
          .mixedGraphs, "\(deed) a tensor of \(isInBody ? "a scan's step" : "another graph")",
          remedy: isInBody ? stepRemedy : remedy, at: place))
    }
    return false
  }

  /// Makes the next version of the variable at a path.
  package func assign(_ path: String, _ value: Tensor, at place: SourcePlace?) {
    guard let known = variable(path) else {
      return diagnose(
        TapestryError(
          .invalidState, "'\(path)' is assigned, but no variable has that path",
          remedy: "declare it with `parameter` or `state` first", at: place))
    }
    guard !value.isPoisoned else { return }
    let isOwn = owns(
      value, "'\(path)' is assigned", remedy: "assign it in the tracing that made it",
      inStep: "make it a carry of the scan and assign what the scan returns", at: place)
    guard isOwn else { return }
    guard value.type == known.type else {
      return diagnose(
        TapestryError(
          .shapeMismatch, "'\(path)' is \(known.type) and cannot be assigned \(value.type)",
          remedy: "reshape, reduce or cast the value", at: place))
    }
    guard let next = record(AssignOp(path: path, version: known.version + 1), [value], at: place).first,
      !next.isPoisoned
    else { return }
    withStore { store in
      let index = store.effects.variableIndex[path]!
      store.effects.variables[index].current = next.value
      store.effects.variables[index].version += 1
    }
  }

  /// A value given at each run.
  ///
  /// Asking twice for one name with one type gives the same tensor; with another type it is a diagnostic.
  public func input(
    _ name: String, _ shape: Shape, _ dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let type = TensorType(dtype, shape)
    let place = SourcePlace(file, line)
    if let known = withStore({ store in store.effects.inputIndex[name] }) {
      let tensor = Tensor(self, known)
      if tensor.type == type { return tensor }
      diagnose(
        TapestryError(
          .conflictingParameter, "input '\(name)' is declared as \(type), but before as \(tensor.type)",
          remedy: "give one of the two another name", at: place))
      return Tensor(self, .poison)
    }
    let tensor = record(InputOp(name: name, type: type), in: "", at: place)
    withStore { store in
      store.effects.inputs.append((name, tensor.value))
      store.effects.inputIndex[name] = tensor.value
    }
    return tensor
  }

  /// Names a value as a result of the program. A name used again is a diagnostic.
  public func report(_ name: String, _ tensor: Tensor, file: StaticString = #fileID, line: UInt = #line) {
    if tensor.graph !== self, tensor.isHomeless { return tensor.graph.diagnostics.forEach(diagnose) }
    let isOwn = owns(
      tensor, "'\(name)' reports", remedy: "report it in the tracing that made it",
      inStep: "return it from the step and report what the scan returns", at: SourcePlace(file, line))
    guard isOwn else { return }
    guard !tensor.isPoisoned else { return }
    guard withStore({ store in store.effects.reportNames.insert(name).inserted }) else {
      return diagnose(
        TapestryError(
          .conflictingParameter, "output '\(name)' is reported twice", remedy: "give one of the two another name",
          at: SourcePlace(file, line)))
    }
    withStore { $0.effects.reports.append((name, tensor.value)) }
  }
}
