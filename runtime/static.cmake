# How the static programs of the image are made: ${static_compiler} ${static_flags}, with musl where
# that is there.
find_program(MUSL_GCC musl-gcc)
set(static_flags -static -std=gnu11 -Os -D_GNU_SOURCE ${BOOTGRAPH_WARNINGS}
  -fno-stack-protector -fno-pie -no-pie -ffunction-sections -fdata-sections
  -fno-asynchronous-unwind-tables -fno-unwind-tables
  -Wl,--gc-sections -Wl,-z,noseparate-code -s)
if(MUSL_GCC)
  # Kernel headers are not part of musl: they are looked for last.
  set(static_compiler ${MUSL_GCC} -idirafter /usr/include)
  if(CMAKE_C_LIBRARY_ARCHITECTURE)
    list(APPEND static_compiler -idirafter /usr/include/${CMAKE_C_LIBRARY_ARCHITECTURE})
  endif()
else()
  message(STATUS "musl-gcc is not there: static programs are linked with the static libc, and larger")
  set(static_compiler ${CMAKE_C_COMPILER})
endif()
