import Tapestry

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

var checks = Checks()
do throws(TapestryError) {
  try Training.check(&checks)
  try Derivatives.check(&checks)
  try Surface.check(&checks)
} catch {
  print("failed: \(error)")
  exit(1)
}
for failure in checks.failures { print("failed: \(failure)") }
print("\(checks.count - checks.failures.count) of \(checks.count) checks hold")
exit(checks.failures.isEmpty ? 0 : 1)
