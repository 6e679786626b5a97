import TapestryCore
import TapestryGraph

/// One form for expressions of one meaning, so that other rules need to know one form only.
///
/// Markers of the tracing go, views of views become one, broadcasts move outwards past elementwise ops, constants stand
/// on the right of ops that commute, and reductions reduce only axes that are longer than 1.
enum CanonicalRules {
  static let all = markers + views + broadcasts + order + reductions
}

extension CanonicalRules {
  static let markers: [Rule] = [
    Rule("an assignment is what it assigns", on: AssignOp.self, .exact) { m in m[0] },
    Rule("a stopped gradient is its operand", on: StopGradient.self, .exact) { m in m[0] },
    Rule("a constant of equal elements is a broadcast scalar", on: ConstantOp.self, .exact) { m in
      let array = m.op.array
      guard array.count > 1, array.count <= 1 << 16 else { return nil }
      let first = array.double(at: 0)
      let isUniform = array.withUnsafeBytes { bytes in
        let size = array.dtype.byteCount
        return (size..<bytes.count).allSatisfy { bytes[$0] == bytes[$0 - size] }
      }
      return isUniform && !first.isNaN ? m.result.scalar(first) : nil
    },
  ]

  private static let commuting: [any Op.Type] = [
    Add.self, Multiply.self, Equal.self, NotEqual.self, And.self, Or.self, ExclusiveOr.self,
  ]

  static let order: [Rule] = [
    Rule("a constant stands on the right", where: { type in commuting.contains { $0 == type } }, .exact) { m in
      m.isConstant(0) && !m.isConstant(1) ? m.rebuilt([m[1], m[0]]) : nil
    },
    Rule("operands stand in their order of making", where: { type in commuting.contains { $0 == type } }, .exact) { m in
      let (a, b) = (m[0].value, m[1].value)
      guard (b.node, b.output) < (a.node, a.output), m.isConstant(0) == m.isConstant(1) else { return nil }
      return m.rebuilt([m[1], m[0]])
    },
    Rule("x - c is x + -c", on: Subtract.self, .exact) { m in
      guard m.dtype.isFloat, !m.isConstant(0), let c = m.scalar(1) else { return nil }
      return m[0] + m[0].scalar(-c)
    },
    Rule("x / c is x * (1 / c) for a power of two", on: Divide.self, .exact) { m in
      guard m.dtype.isFloat, let c = m.scalar(1), c.isNormal, abs(c.significand) == 1 else { return nil }
      let inverse = 1 / c
      let isExact = m.dtype == .float64 ? inverse.isNormal : Float(inverse).isNormal
      return isExact ? m[0] * m[0].scalar(inverse) : nil
    },
  ]
}
