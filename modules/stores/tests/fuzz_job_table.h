#ifndef DYNAJOB_STORES_TESTS_FUZZ_JOB_TABLE_H_
#define DYNAJOB_STORES_TESTS_FUZZ_JOB_TABLE_H_

#include <cstddef>
#include <cstdint>

// Aborts when an invariant is broken.
int FuzzJobTable(const uint8_t* data, size_t size);

#endif  // DYNAJOB_STORES_TESTS_FUZZ_JOB_TABLE_H_
