import TapestryCore
import TapestryGraph

extension Graph {
  /// Rows of a table of 3 by index; no index names row 1.
  private var rows: Tensor { constant(NDArray([2, 0, 2, 2, 0, 0] as [Int32])) }
  private var grid: Tensor { rows.reshape([2, 3]) }
  private var table: Tensor { input("table", [3, 4]) }

  fileprivate func looked(_ build: (_ table: Tensor, _ rows: Tensor, _ grid: Tensor) -> Tensor) -> Tensor {
    build(table, rows, grid)
  }
}

extension RuleExample {
  static let lookups: [RuleExample] = [
    RuleExample("a transpose of looked-up rows is one of the indices") { g in
      g.looked { table, _, grid in gather(table, grid).transpose([1, 0, 2]) }
    },
    RuleExample("a reshape of looked-up rows is one of the indices") { g in
      g.looked { table, _, grid in gather(table, grid).reshape([6, 4]) }
    },
    RuleExample("a product of looked-up rows is looked up in the product") { g in
      g.looked { table, rows, _ in dot(gather(table, rows), g.input("w", [4, 5])) }
    },
    RuleExample("what is done to every looked-up row is done to the table") { g in
      g.looked { table, _, grid in gather(table, grid) + g.input("b", [4]) }
    },
    RuleExample("transposed updates are added at transposed indices") { g in
      g.looked { table, _, grid in scatterAdd(table, g.input("u", [3, 2, 4]).transpose([1, 0, 2]), at: grid) }
    },
    RuleExample("reshaped updates are added at reshaped indices") { g in
      g.looked { table, _, grid in scatterAdd(table, g.input("u", [6, 4]).reshape([2, 3, 4]), at: grid) }
    },
    RuleExample("a product that sums over looked-up rows sums those of each index first") { g in
      g.looked { table, rows, _ in dot(gather(table, rows).transpose(), g.input("g", [6, 5])) }
    },
    RuleExample("rows of a product that are added up are added up before it") { g in
      g.looked { table, rows, _ in
        scatterAdd(table.scalar(0).broadcast(to: [3, 4]), dot(g.input("g", [6, 5]), g.input("w", [5, 4])), at: rows)
      }
    },
  ]
}
