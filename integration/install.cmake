# Run by cmake --install: services, with the paths of this prefix.
set(prefix ${CMAKE_INSTALL_PREFIX})
set(from ${CMAKE_CURRENT_LIST_DIR})

# The file as it is, but for where bootgraph-resume is.
# The permissions follow.
function(install_service source directory)
  get_filename_component(name ${source} NAME)
  file(READ ${source} text)
  string(REPLACE "/usr/sbin/bootgraph-resume" "${prefix}/sbin/bootgraph-resume" text "${text}")
  set(target "$ENV{DESTDIR}${directory}/${name}")
  message(STATUS "Installing: ${target}")
  file(WRITE ${target} "${text}")
  file(CHMOD ${target} PERMISSIONS ${ARGN})
endfunction()

install_service(${from}/systemd/bootgraph-resume.service ${prefix}/lib/systemd/system
                OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)

# The system's own /etc belongs to what is installed in /usr (GNU coding standards).
set(etc ${prefix}/etc)
if(prefix STREQUAL "/usr")
  set(etc /etc)
endif()
if(NOT BOOTGRAPH_INIT_SCRIPT STREQUAL "none")
  install_service(${from}/${BOOTGRAPH_INIT_SCRIPT}/bootgraph-resume ${etc}/init.d
                  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                  WORLD_READ WORLD_EXECUTE)
endif()

# The administrator's from then on: what is there stays.
set(settings "$ENV{DESTDIR}${etc}/bootgraph/bootgraph.conf")
if(NOT EXISTS ${settings})
  message(STATUS "Installing: ${settings}")
  configure_file(${from}/bootgraph.conf ${settings} COPYONLY
                 FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endif()
