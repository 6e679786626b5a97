package import TapestryCore

/// What a node is for.
public enum Phase: String, Sendable, Hashable, CaseIterable {
  /// The model as it was written.
  case forward
  /// What a gradient needs beyond the model.
  case gradient
  /// The step of an optimizer.
  case update
}

/// Where a node was made.
package struct Origin: Sendable, Hashable {
  /// The path of the scope, `""` at the top.
  package var scope: String
  package var place: SourcePlace?
  package var phase: Phase
  /// For a gradient node, the forward node whose rule made it.
  package var partner: Int32 = -1

  package init(scope: String, place: SourcePlace? = nil, phase: Phase, partner: Int32 = -1) {
    (self.scope, self.place, self.phase, self.partner) = (scope, place, phase, partner)
  }
}

/// The origins of all nodes, a linked list for each: a shared node keeps those of everyone who asked for it.
package struct OriginList: Sendable {
  /// A node asked for again and again (a constant) keeps this many.
  private static let most = 8

  private var origins: [Origin] = []
  private var index = DigestIndex()
  private var links: [(origin: Int32, next: Int32, length: Int32)] = []

  init() {}

  /// Lists without links in which origins have the numbers they have in others.
  init(numberedAs other: OriginList) { (origins, index) = (other.origins, other.index) }

  /// The number of an origin, given it now if it is new.
  mutating func intern(_ origin: Origin) -> Int32 {
    let digest = origin.hashValue
    if let known = index.number(of: digest, where: { origins[$0] == origin }) { return known }
    let number = Int32(origins.count)
    origins.append(origin)
    index.add(number, of: digest)
    return number
  }

  /// The head of the list with an origin added by its number, or unchanged where it is there already or the list is
  /// full.
  mutating func adding(_ number: Int32, before head: Int32) -> Int32 {
    var link = head
    while link >= 0 {
      if links[Int(link)].origin == number { return head }
      link = links[Int(link)].next
    }
    let length = head < 0 ? 1 : links[Int(head)].length + 1
    if length > OriginList.most { return head }
    links.append((number, head, length))
    return Int32(links.count - 1)
  }

  func list(from head: Int32) -> [Origin] {
    var result: [Origin] = []
    forEachFromLast(of: head) { result.append(self[$0]) }
    return result.reversed()
  }

  /// Calls `body` with the numbers of the origins of a list, in the order they were added.
  func forEachFromLast(of head: Int32, _ body: (Int32) -> Void) {
    guard head >= 0 else { return }
    forEachFromLast(of: links[Int(head)].next, body)
    body(links[Int(head)].origin)
  }

  /// How many different origins there are.
  var count: Int { origins.count }

  /// The origin of a number.
  subscript(number: Int32) -> Origin { origins[Int(number)] }

  func first(from head: Int32) -> Origin? { head < 0 ? nil : origins[Int(links[Int(head)].origin)] }
}
