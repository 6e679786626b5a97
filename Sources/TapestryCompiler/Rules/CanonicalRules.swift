import TapestryCore
import TapestryGraph

/// One form for expressions of one meaning.
enum CanonicalRules {
  static let all = markers + views
}

extension CanonicalRules {
  static let markers: [Rule] = [
    Rule("an assignment is what it assigns", on: AssignOp.self, .exact) { m in m[0] }
  ]

  static let views: [Rule] = [
    Rule("a reshape to the same shape is x", on: Reshape.self, .exact) { m in m.shape == m.type(0).shape ? m[0] : nil },
    Rule("a reshape of a reshape is one", on: Reshape.self, .exact) { m in
      m.node(0, Reshape.self)?[0].reshape(m.shape)
    },
  ]
}
