/// jemalloc's options. Two arenas, which the threads share, and unused memory that goes back to the system after half a
/// second: it is about as small as glibc's allocator then, and a request costs a fifth less processor time. The symbol
/// must be seen by the library.
extern "C" {
__attribute__((visibility("default"))) const char *malloc_conf = "narenas:2,dirty_decay_ms:500,muzzy_decay_ms:0";
}
